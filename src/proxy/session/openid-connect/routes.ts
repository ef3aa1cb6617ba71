import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { escaped, goingOnPage, plainPage, sendPage } from '../../plain-page.ts'
import type { Cookies } from '../cookies.ts'
import { createSeal } from '../seal.ts'
import type { Secrets } from '../secret.ts'
import type { SignInParts } from '../sign-in.ts'
import { FORGOTTEN, problemOf, type Problem } from './problems.ts'
import { Provider } from './provider.ts'
import { ownPath } from './return-to.ts'
import type { OpenIdConnectSettings } from './settings.ts'
import { whoIs } from './who.ts'

/** How long a sign-in may take at the provider. */
const SIGN_IN_SECONDS = 10 * 60
/**
 * The most sign-ins of one browser under way at once, in as many tabs. Each has a cookie, and the
 * oldest is deleted.
 */
const MOST_AT_ONCE = 8
/** Browsers keep no cookie over 4096 bytes, its name and attributes included. */
const LARGEST_COOKIE = 3800

const begun = z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), returnTo: z.string() })
const ended = z.object({ idToken: z.string() })

/** The name of the cookie of one sign-in under way. */
const beginningOf = (state: string) => `sign_in_${state.slice(0, 12)}`

const page = { exposeHeadRoute: false, config: { page: true } }

type Query = { Querystring: Record<string, unknown> }

/**
 * Sign-in at the team's OpenID Connect provider: `/sign-in` sends the browser there, and the
 * provider sends it back to `/sign-in/callback`. The provider's code counts only in the browser
 * that has the cookie of the same `state`: so nobody can make another user sign in as somebody
 * else. That cookie is SameSite=Lax, since the provider's redirect comes from another site.
 * @returns what signs out: resolves with the address where the provider's own session ends, or null
 */
export function signInByOpenIdConnect(
  app: FastifyInstance,
  settings: OpenIdConnectSettings,
  { secrets, cookies, sessions, limits }: SignInParts & { secrets: Secrets; cookies: Cookies },
): (request: FastifyRequest, reply: FastifyReply) => Promise<string | null> {
  const provider = new Provider(settings)
  const { publicOrigin } = settings
  const beginning = createSeal(secrets, 'sign-in', begun)
  const ending = createSeal(secrets, 'sign-out', ended)
  /** Only sign-out reads it, and it is as large as all other headers: no other request has it. */
  const endingOptions = { ...cookies.options, path: '/api/sign-out', sameSite: 'strict' } as const

  app.get<Query>('/sign-in', page, async (request, reply) => {
    await limits.ofSignIn(request)
    const returnTo = ownPath(request.query.return_to, publicOrigin)
    // The cookies belong to the origin that the provider sends the browser back to.
    if (new URL(publicOrigin).host !== request.headers.host?.toLowerCase())
      return reply.header('cache-control', 'no-store').redirect(`${publicOrigin}${signInPath(returnTo)}`, 303)
    try {
      const prompt = request.query.prompt === 'login' ? 'login' : undefined
      const { address, checks } = await provider.begin(prompt)
      const prefix = cookies.name(request, 'sign_in_')
      // Browsers send the oldest first.
      const others = Object.keys(request.cookies).filter((name) => name.startsWith(prefix))
      for (const name of others.slice(0, Math.max(0, others.length + 1 - MOST_AT_ONCE)))
        reply.clearCookie(name, cookies.options)
      const sealed = await beginning.close({ ...checks, returnTo }, SIGN_IN_SECONDS)
      reply.setCookie(cookies.name(request, beginningOf(checks.state)), sealed, {
        ...cookies.options,
        sameSite: 'lax',
        maxAge: SIGN_IN_SECONDS,
      })
      return await reply.header('cache-control', 'no-store').redirect(address, 303)
    } catch (error) {
      return sendProblem(request, reply, problemOf(error), returnTo)
    }
  })

  app.get<Query>('/sign-in/callback', page, async (request, reply) => {
    const { state } = request.query
    const name = beginningOf(typeof state === 'string' ? state : '')
    const checks = await cookies.find(request, name, async (sealed) => {
      const opened = await beginning.open(sealed)
      return opened?.state === state ? opened : undefined
    })
    if (!checks) {
      await limits.ofWrongSignIn(request)
      if (request.cookies[cookies.name(request, name)])
        request.log.warn(
          'sign-in: its cookie can’t be opened: have all proxies the same PORTSIDE_SESSION_SECRET?',
        )
      return sendProblem(request, reply, FORGOTTEN)
    }
    await limits.ofReturn(request)
    reply.clearCookie(cookies.name(request, name), cookies.options)
    const { returnTo } = checks
    try {
      const { claims, idToken } = await provider.finish(new URL(request.url, publicOrigin).search, checks)
      const { user, subject, role } = whoIs(claims, settings)
      if (!role) {
        request.log.warn({ user }, 'sign-in: refused, no value of the role claim gives a role')
        // An earlier session of this browser must not stay, theirs or another user's.
        sessions.end(request, reply)
        return await sendPage(reply, 403, noRolePage(user, returnTo))
      }
      await sessions.give(request, reply, { user, subject, role })
      const kept = await ending.close({ idToken }, settings.hours * 60 * 60)
      const endingName = cookies.name(request, 'sign_out')
      if (kept.length < LARGEST_COOKIE)
        reply.setCookie(endingName, kept, { ...endingOptions, maxAge: settings.hours * 60 * 60 })
      else reply.clearCookie(endingName, endingOptions)
      request.log.info({ user, role }, 'signed in')
      return await sendPage(reply, 200, goingOnPage('You are signed in', returnTo))
    } catch (error) {
      return sendProblem(request, reply, problemOf(error), returnTo)
    }
  })

  app.get('/sign-in/*', page, async (request, reply) => {
    await limits.ofWrongSignIn(request)
    return sendPage(
      reply,
      404,
      plainPage(
        'This sign-in address is not valid',
        'Here, one signs in at the team’s provider.',
        signInLink('/'),
      ),
    )
  })

  return async (request, reply) => {
    const kept = await cookies.find(request, 'sign_out', ending.open)
    reply.clearCookie(cookies.name(request, 'sign_out'), endingOptions)
    try {
      return (await provider.endSession(kept?.idToken)) ?? null
    } catch (error) {
      // Portside's session is over all the same.
      request.log.warn(`sign-out: ${problemOf(error).log}`)
      return null
    }
  }
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem, returnTo = '/') {
  if (problem.log) request.log.warn(`sign-in: ${problem.log}`)
  const { status, heading, sentences } = problem
  return sendPage(reply, status, plainPage(heading, ...sentences, signInLink(returnTo)))
}

function signInPath(returnTo: string, more = ''): string {
  return `/sign-in?return_to=${encodeURIComponent(returnTo)}${more}`
}

function signInLink(returnTo: string): string {
  return `<a href="${escaped(signInPath(returnTo))}">Sign in</a>`
}

function noRolePage(user: string, returnTo: string): string {
  return plainPage(
    'You have no role in Portside',
    `The provider knows you as <b>${escaped(user)}</b>, but gives you neither the role of a viewer nor that of an operator. Ask your Portside administrator for a role, then sign in again.`,
    `<a href="${escaped(signInPath(returnTo))}">Sign in again</a>`,
    `<a href="${escaped(signInPath(returnTo, '&prompt=login'))}">Sign in as someone else</a>`,
  )
}
