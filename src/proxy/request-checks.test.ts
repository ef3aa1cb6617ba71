import Fastify from 'fastify'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import type { PortsideError } from '../vpc/errors.ts'
import { uuid } from '../vpc/ids.ts'
import { boundedList, boundedText } from '../vpc/limits.ts'
import { handleErrors } from './errors.ts'
import { checkRequests, queryValues } from './request-checks.ts'

/** A server whose one route is checked by `schema`, and responds with what it read. */
function serverWith(schema: { querystring?: z.ZodMiniType; body?: z.ZodMiniType }) {
  const app = Fastify({ routerOptions: { querystringParser: queryValues } })
  app.decorateReply('errorCode', undefined)
  handleErrors(app)
  checkRequests(app)
  app.route({
    method: schema.body ? 'POST' : 'GET',
    url: '/any',
    schema,
    handler: async ({ query, body }) => body ?? query,
  })
  return app
}

const parts = ['querystring', 'body'] as const
const unbounded: [string, z.ZodMiniType, string][] = [
  ['a text', z.strictObject({ name: z.string() }), 'name'],
  ['a text that may be left out', z.strictObject({ name: z.optional(z.string()) }), 'name'],
  ['a text with a default', z.strictObject({ name: z._default(z.string(), '') }), 'name'],
  ['a list', z.strictObject({ ids: z.array(uuid) }), 'ids'],
  ['a text in a list', z.strictObject({ ids: boundedList(z.string(), 3, 'IDs') }), 'ids.0'],
  ['a number', z.strictObject({ index: z.number() }), 'index'],
  ['a number with one bound', z.strictObject({ index: z.number().check(z.gte(0)) }), 'index'],
  [
    'one of several forms',
    z.strictObject({
      step: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('a') }),
        z.strictObject({ kind: z.literal('b'), to: z.string() }),
      ]),
    }),
    'step.to',
  ],
  ['what takes any field', z.looseObject({ id: uuid }), ''],
  ['what takes anything', z.strictObject({ more: z.unknown() }), 'more'],
]

test.each(parts.flatMap((part) => unbounded.map((one) => [part, ...one] as const)))(
  'no %s that has %s without a maximum is served',
  async (part, _, schema, path) => {
    await expect(serverWith({ [part]: schema }).ready()).rejects.toThrow(`has no maximum at '${path}'`)
  },
)

test.each([
  ['limit=1&limit=2', 'limit'],
  ['user=a&user=b', 'user'],
  ['user=a&user=a', 'user'],
  ['all=true&all=true', 'all'],
  ['outcome=done&outcome=done', 'outcome'],
])('the query %s is refused by name, as %s is to be given once', async (query, path) => {
  const app = serverWith({
    querystring: z.strictObject({
      limit: z.optional(z.int()),
      user: z.optional(boundedText()),
      all: z.optional(z.boolean()),
      outcome: z.optional(z.enum(['done', 'left'])),
      id: z.optional(boundedList(boundedText(), 3, 'IDs')),
    }),
  })
  const response = await app.inject(`/any?id=a&id=b&${query}`)
  expect(response.statusCode).toBe(400)
  expect(response.json().fields).toEqual([{ path, message: 'must be given once' }])
  const once = await app.inject(`/any?id=a&id=b&${query.split('&')[0]}`)
  expect([once.statusCode, once.json().id]).toEqual([200, ['a', 'b']])
})

test('a schema with a maximum for everything is served', async () => {
  const body = z.strictObject({
    ids: boundedList(uuid, 3, 'IDs'),
    name: z.optional(boundedText()),
    index: z.nullable(z.int()),
    dry_run: z.boolean(),
  })
  const sent = { ids: [], index: null, dry_run: true }
  const response = await serverWith({ body }).inject({ method: 'POST', url: '/any', payload: sent })
  expect([response.statusCode, response.json()]).toEqual([200, sent])
})

const LIST = z.strictObject({ ids: z.optional(boundedList(uuid, 50, 'IDs')) })

/** The refusal of a body with `ids`. */
async function refusalOf(ids: string[]) {
  const response = await serverWith({ body: LIST }).inject({ method: 'POST', url: '/any', payload: { ids } })
  expect(response.statusCode).toBe(400)
  return response.json<unknown>()
}

test('a list that is too long is refused for its length, unread', async () => {
  const ids = Array.from({ length: 51 }, () => 'no UUID')
  expect(await refusalOf(ids)).toEqual({
    error_code: 'Portside.InvalidRequest',
    error_msg: 'The body of the request is not valid: ids must have at most 50 IDs.',
    request_id: null,
    fields: [{ path: 'ids', message: 'must have at most 50 IDs' }],
  })
})

test('a refusal names ten fields, and says how many more there are', async () => {
  expect(await refusalOf(Array.from({ length: 50 }, () => 'x'))).toMatchObject({
    error_msg: expect.stringMatching(/ids\.9 must be a UUID with hyphens; and 40 more\.$/),
    fields: Array.from({ length: 10 }, (_, n) => ({ path: `ids.${n}` })),
  })
})

test('a body that is missing is refused as such', async () => {
  const response = await serverWith({ body: LIST }).inject({ method: 'POST', url: '/any' })
  expect(response.json()).toMatchObject({
    error_msg: 'The body of the request is not valid: the body is missing.',
    fields: [{ path: '', message: 'is missing' }],
  })
})

test('a list in a query is read by its name, however often it comes', async () => {
  const id = '99fd0c77-56b4-4bf6-8365-df352e45d5fc'
  const app = serverWith({ querystring: LIST })
  const ask = async (query: string) => (await app.inject(`/any${query}`)).json<unknown>()
  expect(await ask(`?ids=${id}&ids=${id}`)).toEqual({ ids: [id, id] })
  expect(await ask(`?ids=${id}`)).toEqual({ ids: [id] })
  expect(await ask('')).toEqual({})
  const often = Array.from({ length: 51 }, () => `ids=${id}`).join('&')
  expect(await ask(`?${often}`)).toMatchObject({ fields: [{ message: 'must have at most 50 IDs' }] })
})

test('a body with more wrong entries than can be named is refused, with the first', async () => {
  const lists = z.strictObject({ ids: boundedList(uuid, 400, 'IDs') })
  const app = serverWith({ body: z.strictObject({ lists: boundedList(lists, 500, 'lists') }) })
  const send = (entries: unknown[], last = entries) => {
    const all = Array.from({ length: 500 }, (_, at) => ({ ids: at === 499 ? last : entries }))
    return app.inject({ method: 'POST', url: '/any', body: { lists: all } })
  }
  const refused = await send(Array(400).fill(0))
  expect(refused.statusCode).toBe(400)
  const { error_code, fields, error_msg } = refused.json<PortsideError>()
  expect(error_code).toBe('Portside.InvalidRequest')
  expect(fields?.map(({ path }) => path)).toEqual(Array.from({ length: 10 }, (_, at) => `lists.0.ids.${at}`))
  expect(error_msg).toMatch(/; and at least \d+ more\.$/)
  // All that is right is read, and one that is wrong behind it is found.
  const right = Array(50).fill('99fd0c77-56b4-4bf6-8365-df352e45d5fc')
  expect((await send(right)).json<{ lists: unknown[] }>().lists).toHaveLength(500)
  expect((await send(right, [...right, 0])).json()).toMatchObject({ fields: [{ path: 'lists.499.ids.50' }] })
})
