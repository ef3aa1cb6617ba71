import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startProxy, type TestedProxy } from '../../stage/proxy.ts'

type Json = { [name: string]: Json } & { readonly length: number; includes(value: unknown): boolean }
type Part = 'params' | 'querystring' | 'body'
type Shape = { shape?: Record<string, unknown> }

let proxy: TestedProxy
let description: Json
/** Every route of the running proxy: a new one is compared without being named here. */
const routes: { method: string; url: string; options: RouteOptions }[] = []

function noteRoutes(message: unknown): void {
  const { fastify } = message as { fastify: FastifyInstance }
  fastify.addHook('onRoute', (options) => {
    for (const method of [options.method].flat()) routes.push({ method, url: options.url, options })
  })
}

beforeAll(async () => {
  subscribe('fastify.initialization', noteRoutes)
  proxy = await startProxy({ PORTSIDE_UPSTREAM: 'http://127.0.0.1:9' })
  unsubscribe('fastify.initialization', noteRoutes)
  description = (await (await proxy.call('/api/openapi.json')).json()) as Json
})
afterAll(() => proxy.close())

/** The routes under /api, but for those that respond to everything else with 404. */
function apiRoutes() {
  return routes.filter(({ method, url }) => url.startsWith('/api/') && url !== '/api/*' && method !== 'HEAD')
}

/** The names of the fields that a route checks in a part of its requests. */
function fieldsOf({ schema }: RouteOptions, part: Part): string[] {
  const found = schema?.[part] as (Shape & { def?: { innerType?: Shape } }) | undefined
  return Object.keys(found?.shape ?? found?.def?.innerType?.shape ?? {}).toSorted()
}

test('every route under /api is described, and nothing else', () => {
  const described = Object.entries(description.paths!).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const served = apiRoutes().map(({ method, url }) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`)
  expect(served.length).toBeGreaterThan(15)
  expect(described.toSorted()).toEqual(served.toSorted())
})

test('a route is described by the fields that it checks', () => {
  for (const { method, url, options } of apiRoutes()) {
    const route = description.paths![url.replaceAll(/:(\w+)/g, '{$1}')]![method.toLowerCase()]!
    const parameters = (route.parameters ?? []) as unknown as { in: string; name: string }[]
    const named = (place: string) =>
      parameters.flatMap(({ in: at, name }) => (at === place ? [name] : [])).toSorted()
    const body = route.requestBody?.content?.['application/json']?.schema?.properties ?? {}
    expect([method, url, named('path'), named('query'), Object.keys(body).toSorted()]).toEqual([
      method,
      url,
      ...(['params', 'querystring', 'body'] as const).map((part) => fieldsOf(options, part)),
    ])
    expect(route.summary, `${method} ${url}`).toMatch(/\.$/)
    const [success] = Object.keys(route.responses!)
    expect(success, `${method} ${url}`).toMatch(/^20[02]$/)
    expect(Object.keys(route.responses!)).toEqual(expect.arrayContaining(['4XX', '5XX']))
  }
})

test('a list is described with the least and the most that it may have', () => {
  const checks = description.paths!['/api/v3/{project_id}/ports/{port_id}/checks']!.post!
  const { steps } = checks.requestBody!.content!['application/json']!.schema!.properties!
  expect(steps).toMatchObject({ type: 'array', minItems: 1, maxItems: 200 })
})

test('a body that may be left out is described as such', () => {
  const bodies = Object.values(description.paths!).flatMap((methods) =>
    Object.values(methods).flatMap(({ summary, requestBody }) =>
      requestBody === undefined ? [] : [[String(summary).slice(0, 6), requestBody.required]],
    ),
  )
  expect(bodies.filter(([, required]) => !required).toSorted()).toEqual([
    ['Choose', false],
    ['Pause ', false],
  ])
  expect(bodies.length).toBeGreaterThan(3)
})

test('the description has the bounds of a list and of its entries', () => {
  const insert = description.paths!['/api/v3/{project_id}/ports/{port_id}/insert-security-groups']!
  const { port } = insert.put!.requestBody!.content!['application/json']!.schema!.properties!
  expect(port!.properties).toMatchObject({
    security_groups: { type: 'array', maxItems: 200, items: { type: 'string', maxLength: 36 } },
    index: { type: 'integer', minimum: 0, maximum: 200 },
  })
})

test('every reference in the description leads to a schema in it', () => {
  const text = JSON.stringify(description)
  const named = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!)
  expect(text.match(/"\$ref":/g)).toHaveLength(named.length)
  expect([...new Set(named)].toSorted()).toEqual(Object.keys(description.components!.schemas!).toSorted())
})

test('the description is for who is signed in', async () => {
  const response = await fetch(`${proxy.address}/api/openapi.json`)
  expect([response.status, await response.json()]).toMatchObject([401, { error_code: 'Portside.NoSession' }])
})
