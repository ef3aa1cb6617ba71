import { randomBytes, timingSafeEqual } from 'node:crypto'
import { userInfo } from 'node:os'
import cookie from '@fastify/cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { ProxyConfig } from '../config.ts'
import { ownError } from '../errors.ts'
import { signInRefused } from './sign-in-page.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is signed in; there in every route behind requireSession. */
    session: SignedIn
  }
}

const SESSION_SECONDS = 12 * 60 * 60
/** A session in use is given its full time again, but not with every answer. */
const RENEWED_AFTER_SECONDS = 10 * 60

const sealed = z.strictObject({
  user: z.string(),
  role: z.enum(['viewer', 'operator']),
  /** Seconds since 1970. */
  expires: z.int(),
})
/** Who is signed in. */
export type SignedIn = Pick<z.infer<typeof sealed>, 'user' | 'role'>

/** Sign-in by the address that is printed at start, and the cookie that keeps it. */
export type Sessions = {
  /** The path that signs in whoever opens it, while this proxy runs. */
  signInPath: string
  /** Refuses every request to `app` that has no session. */
  requireSession(app: FastifyInstance): void
}

/**
 * Adds sessions to `app`. The session is in the cookie itself, signed with `secret`: nothing is stored, so several proxies with
 * one secret share them.
 */
export async function addSessions(
  app: FastifyInstance,
  secret: string,
  { publicOrigin }: Pick<ProxyConfig, 'publicOrigin'>,
): Promise<Sessions> {
  const token = randomBytes(32).toString('base64url')
  const secure = publicOrigin?.startsWith('https:') ?? false
  await app.register(cookie, { secret })
  app.decorateRequest('session')

  /** Cookies know no ports: without the port in its name, two Portsides on one machine would sign each other out. */
  function cookieName(request: FastifyRequest): string {
    if (publicOrigin) return secure ? '__Host-portside_session' : 'portside_session'
    return `portside_session_${request.socket.localPort}`
  }

  function give(request: FastifyRequest, reply: FastifyReply, { user, role }: SignedIn): void {
    const value = JSON.stringify({ user, role, expires: nowSeconds() + SESSION_SECONDS })
    reply.setCookie(cookieName(request), Buffer.from(value).toString('base64url'), {
      signed: true,
      httpOnly: true,
      sameSite: 'strict',
      secure,
      path: '/',
      maxAge: SESSION_SECONDS,
    })
  }

  function read(request: FastifyRequest): z.infer<typeof sealed> | undefined {
    const signed = request.cookies[cookieName(request)]
    const { valid, value } = signed ? request.unsignCookie(signed) : { valid: false, value: null }
    if (!valid || !value) return undefined
    const session = sealed.parse(JSON.parse(Buffer.from(value, 'base64url').toString()))
    return session.expires > nowSeconds() ? session : undefined
  }

  app.get<{ Params: { '*': string } }>('/sign-in/*', { exposeHeadRoute: false }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    if (!equal(request.params['*'], token))
      return reply.code(403).type('text/html; charset=utf-8').send(signInRefused)
    give(request, reply, { user: userInfo().username, role: 'operator' })
    return reply.redirect('/', 303)
  })

  return {
    signInPath: `/sign-in/${token}`,
    requireSession(guarded) {
      guarded.addHook('onRequest', async (request, reply) => {
        const session = read(request)
        if (!session)
          throw ownError('Portside.NoSession', 'You are not signed in, or your session has ended.', {
            advice:
              'Open the sign-in address that Portside printed when it started. Nothing that you arranged is lost.',
          })
        request.session = { user: session.user, role: session.role }
        const age = nowSeconds() - (session.expires - SESSION_SECONDS)
        if (age >= RENEWED_AFTER_SECONDS) give(request, reply, session)
      })
    },
  }
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

function equal(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}
