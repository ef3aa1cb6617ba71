import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { roles, signInWays, type SignInWay } from '../../vpc/portside-api.ts'
import { ownError } from '../errors.ts'
import type { RateLimit } from '../rate-limits.ts'
import type { Cookies } from './cookies.ts'
import { createSeal, nowSeconds, type Opened } from './seal.ts'
import type { Secrets } from './secret.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is signed in; set in every route behind requireSession. */
    session: SignedIn
  }
  interface FastifyContextConfig {
    /** Viewers may call it too, although it is no GET: it sends reads, and nothing else. */
    viewersMay?: boolean
  }
}

/** A session ends when it is not used for this long. */
const IDLE_SECONDS = 12 * 60 * 60
/** A session in use gets its full time again, but not with every response. */
const RENEWED_AFTER_SECONDS = 10 * 60

const content = z.object({
  /** The user's name, in the console and in the audit log. */
  user: z.string(),
  /** The user's ID where they signed in: two users may have the same name. */
  subject: z.string(),
  role: z.enum(roles),
  by: z.enum(signInWays),
  /** When they signed in, in seconds since 1970. */
  begun: z.int(),
})
type SessionContent = z.infer<typeof content>
/** Who is signed in. */
export type SignedIn = Pick<SessionContent, 'user' | 'subject' | 'role'>

/** Sessions in cookies: nothing is stored, so several proxies with one secret share them. */
export type Sessions = {
  /** Gives the browser a new session. */
  give(request: FastifyRequest, reply: FastifyReply, who: SignedIn): Promise<void>
  /** Takes the browser's session away. */
  end(request: FastifyRequest, reply: FastifyReply): void
  /** Refuses every request to `app` that has no session, and every change by a viewer. */
  requireSession(app: FastifyInstance): void
}

type SessionOptions = {
  secrets: Secrets
  cookies: Cookies
  /** How users sign in here: a session of another way is not taken. */
  by: SignInWay
  /** The longest that a session lasts, used or not; undefined: as long as it is used. */
  longestSeconds: number | undefined
  /** How many requests a user may make. */
  limit: RateLimit
}

/**
 * Adds sessions to `app`, which must have @fastify/cookie. Their cookie is SameSite=Strict: no
 * other site's page, link or form makes a browser send it.
 */
export function addSessions(app: FastifyInstance, options: SessionOptions): Sessions {
  const { cookies, by, longestSeconds = Infinity, limit } = options
  const seal = createSeal(options.secrets, 'session', content)
  app.decorateRequest('session')

  async function set(request: FastifyRequest, reply: FastifyReply, session: SessionContent) {
    const seconds = Math.min(IDLE_SECONDS, session.begun + longestSeconds - nowSeconds())
    reply.setCookie(cookies.name(request, 'session'), await seal.close(session, seconds), {
      ...cookies.options,
      sameSite: 'strict',
      maxAge: seconds,
    })
  }

  function read(request: FastifyRequest): Promise<Opened<SessionContent> | undefined> {
    return cookies.find(request, 'session', async (sealed) => {
      const session = await seal.open(sealed)
      if (session?.by !== by || session.begun + longestSeconds <= nowSeconds()) return undefined
      return session
    })
  }

  /**
   * A long read responds later, perhaps after its user has signed out in another tab: it must not
   * sign them in again.
   */
  function isRenewed(request: FastifyRequest, { iat, exp, begun }: Opened<SessionContent>): boolean {
    const now = nowSeconds()
    if (now - iat < RENEWED_AFTER_SECONDS) return false
    return exp < begun + longestSeconds && !Object.hasOwn(request.query as object, 'wait')
  }

  return {
    give: (request, reply, who) => set(request, reply, { ...who, by, begun: nowSeconds() }),
    end(request, reply) {
      reply.clearCookie(cookies.name(request, 'session'), cookies.options)
    },
    requireSession(routes) {
      routes.addHook('onRequest', async (request, reply) => {
        const session = await read(request)
        if (!session) throw noSession(by)
        const { user, subject, role } = session
        request.session = { user, subject, role }
        await limit(request)
        if (isRenewed(request, session)) {
          const { begun } = session
          await set(request, reply, { user, subject, role, by, begun })
        }
        const looks = ['GET', 'HEAD'].includes(request.method) || request.routeOptions.config.viewersMay
        if (role !== 'operator' && !looks)
          throw ownError('Portside.Forbidden', 'Your role is viewer: nothing was sent to the platform.', {
            advice:
              'Viewers look, arrange and preview. Ask your Portside administrator for the role of an operator.',
          })
      })
    },
  }
}

const HOW_TO_SIGN_IN: Readonly<Record<SignInWay, string>> = {
  printed_address: 'Open the sign-in address that Portside printed when it started.',
  openid_connect: 'Sign in again.',
}

function noSession(by: SignInWay) {
  return ownError('Portside.NoSession', 'You are not signed in, or your session has ended.', {
    advice: `${HOW_TO_SIGN_IN[by]} Nothing that you arranged is lost.`,
    sign_in: by,
  })
}
