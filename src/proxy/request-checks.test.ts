import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { uuid } from '../vpc/ids.ts'
import { boundedList, boundedText } from '../vpc/limits.ts'
import type { ProxyError } from './errors.ts'
import { bounded, checked, checkedQuery } from './request-checks.ts'

test.each<[string, z.ZodMiniType, string]>([
  ['a text', z.strictObject({ name: z.string() }), 'name'],
  ['a text that may be left out', z.strictObject({ name: z.optional(z.string()) }), 'name'],
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
])('no schema of requests has %s without a maximum', (_, schema, path) => {
  expect(() => bounded(schema)).toThrow(`has no maximum at '${path}'`)
})

test('a schema with a maximum for everything is taken as it is', () => {
  const schema = z.strictObject({
    ids: boundedList(uuid, 3, 'IDs'),
    name: z.optional(boundedText()),
    index: z.nullable(z.int()),
    dry_run: z.boolean(),
  })
  expect(bounded(schema)).toBe(schema)
})

const LIST = bounded(z.strictObject({ ids: z.optional(boundedList(uuid, 50, 'IDs')) }))

test('a list that is too long is refused for its length; its entries aren’t read', () => {
  const ids = Array.from({ length: 51 }, () => 'no UUID')
  expect(() => checked(LIST, { ids }, 'body')).toThrow(
    /^Portside\.InvalidRequest: The body of the request is not valid: ids must have at most 50 IDs\.$/,
  )
})

test('a refusal names ten fields, and says how many more there are', () => {
  let error: unknown
  try {
    checked(LIST, { ids: Array.from({ length: 50 }, () => 'x') }, 'body')
  } catch (thrown) {
    error = (thrown as ProxyError).error
  }
  expect(error).toMatchObject({
    error_msg: expect.stringMatching(/ids\.9 must be a UUID with hyphens; and 40 more\.$/),
    fields: Array.from({ length: 10 }, (_, n) => ({ path: `ids.${n}` })),
  })
})

test('a list in a query is read by its name, however often it comes', () => {
  const id = '99fd0c77-56b4-4bf6-8365-df352e45d5fc'
  expect(checkedQuery(LIST, `/any?ids=${id}&ids=${id}`)).toEqual({ ids: [id, id] })
  expect(checkedQuery(LIST, '/any')).toEqual({})
  const often = Array.from({ length: 51 }, () => `ids=${id}`).join('&')
  expect(() => checkedQuery(LIST, `/any?${often}`)).toThrow('ids must have at most 50 IDs')
})
