import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Agent, request as httpRequest } from 'node:http'
import fc from 'fast-check'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { api } from '../../../src/vpc/portside-api.ts'
import { startProxy, type TestedProxy } from '../../stage/proxy.ts'

type Route = { method: string; url: string; options: RouteOptions }

let proxy: TestedProxy
let cookie: string
/** Every route of the running proxy: a new one is tried without being named here. */
const routes: Route[] = []
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

function noteRoutes(message: unknown): void {
  const { fastify } = message as { fastify: FastifyInstance }
  fastify.addHook('onRoute', (options) => {
    for (const method of [options.method].flat()) routes.push({ method, url: options.url, options })
  })
}

beforeAll(async () => {
  subscribe('fastify.initialization', noteRoutes)
  proxy = await startProxy({ PORTSIDE_UPSTREAM: 'http://127.0.0.1:9', PORTSIDE_READ_RETRIES: '0' })
  unsubscribe('fastify.initialization', noteRoutes)
  cookie = await proxy.signIn()
})
afterAll(async () => {
  agent.destroy()
  await proxy.close()
})

/** The status that a signed-in browser gets. */
function ask(method: string, path: string, headers: Record<string, string>): Promise<number> {
  const { hostname, port, host } = new URL(proxy.address)
  return new Promise((resolve, reject) => {
    httpRequest(
      { agent, hostname, port, method, path, headers: { host, cookie, ...headers } },
      (response) => {
        // A HEAD that is no HTTP gets a body, which the agent does not expect.
        response.resume().on('error', () => {})
        resolve(response.statusCode!)
      },
    )
      .on('error', reject)
      .end()
  })
}

const PARAMS: Readonly<Record<string, string>> = {
  project_id: 'f5dab68cd75740e68c599e9af5fe0aed',
  port_id: '99fd0c77-56b4-4bf6-8365-df352e45d5fc',
  security_group_id: '567be4e3-d171-46ce-9e8a-c15e91cfe86a',
  id: '99fd0c77-56b4-4bf6-8365-df352e45d5fc',
  answer: 'leave',
}
const addressOf = ({ url }: Pick<Route, 'url'>) =>
  url.replace(/:(\w+)/g, (_, name: string) => PARAMS[name]!).replace('*', 'nothing')

/**
 * How one letter is written: as it is, or percent-encoded, once or twice, in capitals or not, or as
 * the other case.
 */
const WAYS = ['plain', 'hex', 'HEX', 'twice', 'case'] as const
function written(letter: string, way: (typeof WAYS)[number]): string {
  const hex = letter.charCodeAt(0).toString(16)
  if (way === 'hex') return `%${hex}`
  if (way === 'HEX') return `%${hex.toUpperCase()}`
  if (way === 'twice') return `%25${hex}`
  if (way === 'case') return letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()
  return letter
}

/**
 * Mostly nothing: with one change, the router more likely takes it for the same path.
 */
const sometimes = (...others: string[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constantFrom(...others) })
const between = sometimes('/', '/.', '/%2e', '/x/..', '/x/%2E%2e', '\\', ';a=b')
const before = sometimes('http://HOST', 'https://HOST', 'http://evil.example', 'HTTP://HOST')
const after = sometimes('/', '//', '?', '?format=csv', '#', '%20', '/.', ';x')

/** A path in another spelling: one that the router may or may not take for the same. */
function spelled(path: string): fc.Arbitrary<string> {
  const letters = (...of: (typeof WAYS)[number][]) =>
    fc.array(fc.constantFrom(...of), { minLength: path.length, maxLength: path.length })
  const ways = fc.oneof(letters('plain'), letters('plain', 'hex', 'HEX'), letters(...WAYS))
  return fc.record({ before, between, at: fc.nat(8), ways, after }).map((made) => {
    const slashes = [...path.matchAll(/\//g)].map(({ index }) => index)
    const place = slashes[made.at % slashes.length]
    const text = Array.from(path, (letter, n) =>
      n === place ? `${made.between}/` : letter === '/' ? '/' : written(letter, made.ways[n]!),
    )
    return made.before.replace('HOST', new URL(proxy.address).host) + text.join('') + made.after
  })
}

/** Addresses that are no path are refused before the router. */
const refusalsOf = (path: string) => (path.startsWith('/') ? [403, 404] : [400])

test('however a route is spelled, a page of another origin can’t use it', async () => {
  const open = routes.filter(({ options: { config } }) => config?.page === true || config?.probe === true)
  expect([...new Set(open.map(({ url }) => url))].toSorted()).toEqual([
    '/*',
    '/healthz',
    '/readyz',
    '/sign-in',
    '/sign-in/*',
  ])
  const guarded = routes.filter((route) => !open.includes(route)).map(({ method, url }) => ({ method, url }))
  expect(guarded.map(({ url }) => url)).toEqual(
    expect.arrayContaining([
      api.session(),
      api.signOut(),
      '/api/records/export',
      '/api/operations/:id/:answer',
    ]),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...guarded).chain((route) => {
        const path = addressOf(route)
        return fc.record({
          route: fc.constant(route),
          path: spelled(path),
          site: fc.constantFrom('cross-site', 'same-site'),
        })
      }),
      async ({ route: { method }, path, site }) => {
        const origin = 'http://127.0.0.1:1'
        expect(refusalsOf(path)).toContain(await ask(method, path, { 'sec-fetch-site': site, origin }))
      },
    ),
    { numRuns: 500 },
  )
})

test.each(['/%61pi/session', '/ap%69/session?x', '/api/%73ession', '/%61%70%69/guards'])(
  '%s is the API to the router, and is guarded as such',
  async (path) => {
    expect(await ask('GET', path, { 'sec-fetch-site': 'same-site' })).toBe(403)
    expect(await ask('GET', path, { 'sec-fetch-site': 'same-origin' })).toBe(200)
  },
)

test('a whole address in place of a path is refused, whatever host it names', async () => {
  for (const host of [new URL(proxy.address).host, 'evil.example'])
    expect(await ask('GET', `http://${host}/api/session`, {})).toBe(400)
})
