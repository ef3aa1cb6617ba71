import { ownError, type ProxyError } from '../errors.ts'
import type { ExchangeError } from './exchange.ts'

/** How the endpoint was called: through an HTTP proxy (its origin), or directly. */
type Way = { endpoint: string; proxy: string | undefined; timeoutMs: number; bytes: number }

/** The system's codes for a server certificate that is not trusted. */
const NOT_TRUSTED =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)/
/** undici's message when CONNECT got another status than 200. */
const TUNNEL_REFUSED = /^Proxy response \((\d{3})\)/

/** The error of a request that got no response: what happened, and what to check. */
export function noResponseError(
  failure: ExchangeError,
  { endpoint, proxy, timeoutMs, bytes }: Way,
): ProxyError {
  if (failure.reason === 'timeout')
    return ownError(
      'Portside.Timeout',
      `The platform at ${endpoint} did not respond within ${timeoutMs / 1000} s.`,
      {
        advice:
          'Try again. If the error comes again, ask your Portside administrator to check the platform, or to raise PORTSIDE_UPSTREAM_TIMEOUT_MS.',
      },
    )
  if (failure.reason === 'too_large')
    return ownError(
      'Portside.UnreadableAnswer',
      `The platform's response is larger than Portside reads (${bytes / 1024 / 1024} MiB).`,
      {
        advice:
          'For a list, ask for a smaller page: lower the limit. If the error comes again, ask your Portside administrator to check that PORTSIDE_UPSTREAM is the address of the VPC API.',
      },
    )
  if (failure.reason === 'aborted')
    return ownError('Portside.Stopping', 'The request was given up before the platform responded.')
  const detail = failure.code ? ` (${failure.code})` : ''
  if (failure.sent)
    return ownError(
      'Portside.Unreachable',
      `The connection to ${endpoint} broke before the response came${detail}.`,
      {
        advice:
          'Try again. If the error comes again, ask your Portside administrator to check the network between Portside and the platform.',
      },
    )
  if (NOT_TRUSTED.test(failure.code ?? ''))
    return ownError('Portside.Unreachable', `The certificate of ${endpoint} is not trusted${detail}.`, {
      advice:
        'Someone else may be at this address. If the certificate is right, your Portside administrator can set PORTSIDE_UPSTREAM_CA_FILE to a PEM file with the authority that signed it.',
    })
  const status = TUNNEL_REFUSED.exec(failure.message)?.[1]
  if (proxy && status)
    return ownError(
      'Portside.Unreachable',
      `The HTTP proxy ${proxy} refused to connect to ${endpoint} (status ${status}).`,
      {
        advice:
          status === '407'
            ? 'Ask your Portside administrator to check the name and password in PORTSIDE_UPSTREAM_PROXY (or HTTPS_PROXY).'
            : `Ask your Portside administrator to check that the HTTP proxy lets Portside connect to ${endpoint}.`,
      },
    )
  if (proxy)
    return ownError(
      'Portside.Unreachable',
      `The platform at ${endpoint} can't be reached through the HTTP proxy ${proxy}${detail}.`,
      {
        advice: `Ask your Portside administrator to check that PORTSIDE_UPSTREAM_PROXY (or HTTPS_PROXY) is right, and that ${proxy} is running.`,
      },
    )
  return ownError('Portside.Unreachable', `The platform at ${endpoint} can't be reached${detail}.`, {
    advice: `Ask your Portside administrator to check that PORTSIDE_UPSTREAM is right, that ${endpoint} is running, and that Portside may connect to it.`,
  })
}
