import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { exportQuery } from './audit-log.ts'
import { dryRunResponse, portResponse, portsResponse, securityGroupsResponse } from './responses.ts'
import { readPlatformError, refusedFields } from './errors.ts'
import { paths } from './paths.ts'
import { operationRequest } from './portside-requests.ts'
import { EXAMPLE_RESPONSE } from './reference-example.ts'
import { queryString } from './query-string.ts'
import {
  insertSecurityGroupsRequest,
  portsQuery,
  readQuery,
  removeSecurityGroupsRequest,
} from './requests.ts'

const A = '8edd3747-ccd4-49a1-82b9-a165eec314b4'
const B = '6c2d4540-3b7d-4207-a319-a7231b439995'

/** What the insert request's schema refuses of a body. */
function fields(body: unknown) {
  const read = insertSecurityGroupsRequest.safeParse(body)
  return read.success ? [] : refusedFields(read.error, body)
}

describe('requests are checked strictly', () => {
  test('the reference page’s example passes unchanged', () => {
    const body = { port: { security_groups: [A, B], index: 1 } }
    expect(insertSecurityGroupsRequest.parse(body)).toEqual(body)
  })

  test.each([
    [{}, 'port', 'is missing'],
    [{ port: {} }, 'port.security_groups', 'is missing'],
    [{ port: { security_groups: [] } }, 'port.security_groups', 'at least one'],
    [{ port: { security_groups: 'x' } }, 'port.security_groups', 'must be an array'],
    [{ port: { security_groups: ['x'] } }, 'port.security_groups.0', 'UUID'],
    [{ port: { security_groups: [A, A] } }, 'port.security_groups', 'twice'],
    [{ port: { security_groups: [A, A.toUpperCase()] } }, 'port.security_groups', 'twice'],
    [{ port: { security_groups: [A], index: -1 } }, 'port.index', '0 or more'],
    [{ port: { security_groups: [A], index: 1.5 } }, 'port.index', 'int'],
    [{ port: { security_groups: [A], index: '1' } }, 'port.index', 'must be a number'],
    [{ port: { security_groups: [A], indx: 1 } }, 'port.indx', 'not a field'],
    [{ port: { security_groups: [A] }, dry_run: 'yes' }, 'dry_run', 'must be a boolean'],
  ])('%j is refused at %s', (body, path, message) => {
    expect(fields(body)).toContainEqual({ path, message: expect.stringContaining(message) })
  })

  test.each([
    [exportQuery, { format: 'pdf' }, 'format', 'must be csv or jsonl'],
    [exportQuery, {}, 'format', 'is missing'],
    [operationRequest, { steps: [{ kind: 'move' }] }, 'steps.0.kind', 'must be insert or remove or replace'],
    [operationRequest, { steps: [{}] }, 'steps.0.kind', 'is missing'],
    [z.object({ wait: z.number().check(z.lte(60)) }), { wait: 61 }, 'wait', 'must be at most 60'],
    [z.object({ wait: z.number().check(z.gte(0)) }), { wait: -1 }, 'wait', 'must be 0 or more'],
  ])('a refusal is in one form, whatever refused it', (schema, body, path, message) => {
    const { error } = schema.safeParse(body)
    expect(refusedFields(error!, body)).toContainEqual({ path, message })
  })

  test('remove takes no index', () => {
    expect(removeSecurityGroupsRequest.safeParse({ port: { security_groups: [A], index: 0 } }).success).toBe(
      false,
    )
  })
})

describe('responses are parsed tolerantly', () => {
  test('the reference page’s example is kept whole', () => {
    expect(portResponse.parse(EXAMPLE_RESPONSE)).toEqual(EXAMPLE_RESPONSE)
  })

  test('unknown fields and values are kept; optional fields may be missing or null', () => {
    const port = {
      id: 'p',
      security_groups: [],
      status: 'HIBERNATING',
      future: { a: 1 },
      name: null,
      scope: 7,
    }
    expect(portsResponse.parse({ ports: [port] }).ports[0]).toEqual(port)
  })

  test('what decides nothing may have any form, and is kept', () => {
    const port = { id: 'p', security_groups: [], port_security_enabled: 'false', private_ips: '10.0.0.1' }
    expect(portResponse.parse({ port }).port).toEqual(port)
    const group = { id: 'g', name: 7, enterprise_project_id: 0, tags: ['blue'], created_at: null }
    expect(securityGroupsResponse.parse({ security_groups: [group] }).security_groups).toEqual([group])
  })

  test.each([
    ['id', { security_groups: [] }],
    ['id', { id: '', security_groups: [] }],
    ['security_groups', { id: 'p' }],
    ['security_groups', { id: 'p', security_groups: null }],
    ['security_groups', { id: 'p', security_groups: [{ id: 'x' }] }],
  ])('a wrong shape that would mislead is an error that names %s', (field, port) => {
    const read = portResponse.safeParse({ port })
    expect(
      read.success
        ? []
        : refusedFields(read.error, { port })
            .map((refused) => refused.path)
            .join(),
    ).toContain(field)
  })

  test('a passed dry run may carry a request ID only', () => {
    expect(dryRunResponse.parse({ request_id: 'r' }).request_id).toBe('r')
  })
})

describe('errors of the platform are read in each of its forms', () => {
  test.each([
    [
      { error_code: 'VPC.0202', error_msg: 'no', request_id: 'r' },
      { error_code: 'VPC.0202', error_msg: 'no', request_id: 'r' },
    ],
    [
      { error_code: 'APIGW.0301', error_msg: 'no' },
      { error_code: 'APIGW.0301', error_msg: 'no', request_id: null },
    ],
    [{ error: { code: 401, message: 'no' } }, { error_code: '401', error_msg: 'no', request_id: null }],
    [{ error: 'no' }, { error_code: 'HTTP', error_msg: 'no', request_id: null }],
    [['no'], { error_code: 'HTTP', error_msg: 'no', request_id: null }],
    [
      { code: 'VPC.0101', message: 'no' },
      { error_code: 'VPC.0101', error_msg: 'no', request_id: null },
    ],
  ])('%j', (body, error) => expect(readPlatformError(body)).toEqual(error))

  test.each([['<html>'], [null], [{}], [{ error: 7 }], [[]]])('%j is no error body', (body) => {
    expect(readPlatformError(body)).toBeUndefined()
  })
})

describe('queries', () => {
  test('what is written is read back, whatever characters are in it', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1 })
    fc.assert(
      fc.property(
        fc.record(
          {
            name: fc.array(word, { minLength: 1 }),
            id: fc.array(word, { minLength: 1 }),
            limit: fc.integer({ min: 1, max: 2000 }),
          },
          { requiredKeys: [] },
        ),
        (query) => {
          const read = readQuery(portsQuery, new URLSearchParams(queryString(query)))
          expect(portsQuery.parse(read)).toEqual(query)
        },
      ),
    )
  })

  test('names of Object’s own are no fields', () => {
    const read = readQuery(portsQuery, [
      ['constructor', 'x'],
      ['__proto__', 'y'],
    ])
    expect(portsQuery.safeParse(read).success).toBe(false)
  })
})

test('IDs cannot break out of a path', () => {
  expect(paths.port('p', '../x?y')).toBe('/v3/p/ports/..%2Fx%3Fy')
})
