import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client'

/** Why a sign-in did not end well: what its page says, and what the log does. */
export type Problem = {
  status: 403 | 400 | 502 | 504
  heading: string
  /** What happened, and what to do. */
  sentences: string[]
  /** For the administrator of this Portside; without anything that comes from the request. */
  log?: string
}

/** The provider sent the browser back, but it has no cookie of a sign-in under way. */
export const FORGOTTEN: Problem = {
  status: 400,
  heading: 'This sign-in is over',
  sentences: [
    'It took longer than ten minutes, was finished already, or was begun in another browser. Sign in again.',
  ],
}

/**
 * What openid-client threw, in words. Its own words stay out: they may quote what the provider sent
 * with the browser.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof AuthorizationResponseError) return refusal(error.error)
  if (error instanceof ResponseBodyError) return refusal(error.error)
  if (error instanceof WWWAuthenticateChallengeError) return refusal('invalid_client')
  const code = error instanceof ClientError ? error.code : undefined
  if (code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED')
    return {
      status: 502,
      heading: 'The clocks of Portside and the sign-in provider differ',
      sentences: [
        'The provider’s response is not valid yet, or not any more. Ask your Portside administrator to set the clock of its machine.',
      ],
      log: 'the ID token is not valid at this time: do the clocks of this machine and the provider differ?',
    }
  if (code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT')
    return unreachable(504, 'did not respond in time', 'the provider did not respond in time')
  // What fetch throws when there is no connection.
  if (error instanceof TypeError && error.cause !== undefined)
    return unreachable(502, 'can’t be reached', `no connection to the provider (${causeOf(error)})`)
  if (code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED')
    return unreachable(
      502,
      'calls itself by another name',
      'the provider calls itself by another issuer than PORTSIDE_OIDC_ISSUER: set it exactly as the provider says, with or without a slash at the end',
    )
  if (code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' || code === 'OAUTH_RESPONSE_IS_NOT_JSON')
    return unreachable(
      502,
      'does not respond as it should',
      'the response of the provider is not one of OpenID Connect: check PORTSIDE_OIDC_ISSUER, and that the provider works',
    )
  return {
    status: 502,
    heading: 'Signing in did not work',
    sentences: [
      'The provider’s response could not be verified. Sign in again; if the error comes again, ask your Portside administrator.',
    ],
    log: `the provider’s response could not be verified (${code ?? (error instanceof Error ? error.name : 'unknown')})`,
  }
}

/**
 * By the error codes of OAuth 2.0 (RFC 6749, sections 4.1.2.1 and 5.2) and OpenID Connect (Core
 * 1.0, section 3.1.2.6).
 */
function refusal(error: string): Problem {
  switch (error) {
    case 'access_denied':
      return {
        status: 403,
        heading: 'The sign-in was refused',
        sentences: [
          'You cancelled it, or the provider does not let you use Portside. Sign in again, or ask the provider’s administrator for access.',
        ],
      }
    case 'invalid_grant':
      return FORGOTTEN
    case 'server_error':
    case 'temporarily_unavailable':
      return unreachable(502, 'can’t sign anyone in at the moment', `the provider responded with ${error}`)
    case 'invalid_client':
    case 'unauthorized_client':
    case 'invalid_scope':
    case 'invalid_request':
    case 'unsupported_response_type':
      return {
        status: 502,
        heading: 'The sign-in provider does not know this Portside as it is set up',
        sentences: [
          `It responded with ${error}. Ask your Portside administrator to compare its PORTSIDE_OIDC_ variables with the provider.`,
        ],
        log: `the provider responded with ${error}: compare the PORTSIDE_OIDC_ variables with what is registered there`,
      }
    default:
      return {
        status: 502,
        heading: 'The sign-in provider refused',
        sentences: ['Sign in again; if the error comes again, ask your Portside administrator.'],
        // Anyone can put any text into the address of the callback.
        log: /^[a-z_]{1,60}$/.test(error)
          ? `the provider responded with ${error}`
          : 'the provider responded with an unknown error',
      }
  }
}

function unreachable(status: 502 | 504, how: string, log: string): Problem {
  return {
    status,
    heading: `The sign-in provider ${how}`,
    sentences: [
      'Nothing that you arranged is lost. Try again in a moment; if the error comes again, ask your Portside administrator.',
    ],
    log,
  }
}

function causeOf({ cause }: Error): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'no reason given'
}
