import { randomBytes, timingSafeEqual } from 'node:crypto'
import { userInfo } from 'node:os'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { plainPage, sendPage } from '../plain-page.ts'
import type { SignInParts } from './sign-in.ts'

/** The page of any other sign-in address than the one printed at start. */
const REFUSED = plainPage(
  'This sign-in address is not valid',
  'The sign-in address is new at each start. Open the complete address that Portside printed when it last started.',
  'Are you signed in already? Then <a href="/">go on to Portside</a>.',
)

/**
 * Sign-in on one machine: by an address printed at start, for those who can read what this process
 * prints.
 * @returns the path that signs in everyone who opens it, while this proxy runs
 */
export function signInByPrintedAddress(app: FastifyInstance, { sessions, limits }: SignInParts): string {
  const token = randomBytes(32).toString('base64url')
  const page = { exposeHeadRoute: false, config: { page: true } }

  async function refuse(request: FastifyRequest, reply: FastifyReply) {
    await limits.ofWrongSignIn(request)
    return sendPage(reply, 403, REFUSED)
  }
  app.get<{ Params: { '*'?: string } }>('/sign-in/*', page, async (request, reply) => {
    // Not limited: those who try other addresses must not keep out one who has this.
    if (!equal(request.params['*'] ?? '', token)) return refuse(request, reply)
    const user = userInfo().username
    await sessions.give(request, reply, { user, subject: user, role: 'operator' })
    return reply.header('cache-control', 'no-store').redirect('/', 303)
  })
  app.get('/sign-in', page, (request, reply) => refuse(request, reply))
  return `/sign-in/${token}`
}

function equal(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}
