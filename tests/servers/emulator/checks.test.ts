import { expect, test } from 'vitest'
import { paths } from '../../../src/vpc/paths.ts'
import {
  call,
  EXAMPLE,
  idsByName,
  insert,
  listNow,
  remove,
  started,
  type TestedResponse,
} from '../../stage/emulator.ts'

const [A, B] = EXAMPLE.groups
const [X] = EXAMPLE.inserted
const NOBODY = '00000000-0000-4000-8000-000000000000'

/** Status, code and the ID or field that the message must name. */
type Refusal = [status: number, error_code: string, names: string]

function expectRefusal({ status, body, headers }: TestedResponse, [wanted, error_code, names]: Refusal) {
  expect({ status, ...body }).toEqual({
    status: wanted,
    error_code,
    error_msg: expect.stringContaining(names),
    request_id: headers.get('x-request-id'),
  })
  expect(body.request_id).toMatch(/^[0-9a-f-]{36}$/)
}

const both = { insert, remove }
const port = (fields: Record<string, unknown>) => ({ port: fields })

const wrongBodies: [string, unknown, Refusal][] = [
  ['malformed JSON', '{"port": ', [400, 'VPC.2501', 'not JSON']],
  ['no body', '', [400, 'VPC.2501', 'missing']],
  ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), [400, 'VPC.2501', 'not JSON']],
  ['an array', [], [400, 'VPC.2500', 'request body']],
  ['no port', {}, [400, 'VPC.2500', 'port is missing']],
  ['a port that is text', { port: 'x' }, [400, 'VPC.2500', 'port ']],
  ['no groups', port({}), [400, 'VPC.2500', 'port.security_groups is missing']],
  ['groups that are text', port({ security_groups: X }), [400, 'VPC.2500', 'port.security_groups']],
  ['an empty list', port({ security_groups: [] }), [400, 'VPC.2500', 'port.security_groups']],
  ['an ID that is a number', port({ security_groups: [X, 7] }), [400, 'VPC.2500', 'port.security_groups.1']],
  [
    'an ID that is no UUID',
    port({ security_groups: [X, 'web'] }),
    [400, 'VPC.2500', 'port.security_groups.1 "web"'],
  ],
  ['the same group twice', port({ security_groups: [X, X] }), [400, 'VPC.2500', 'twice']],
  ['1001 groups', port({ security_groups: Array(1001).fill(X) }), [400, 'VPC.2500', 'port.security_groups']],
  ['a key that the API does not know', port({ security_groups: [X], at: 1 }), [400, 'VPC.2500', 'port.at']],
  ['an unknown key at the top', { ...port({ security_groups: [X] }), force: 1 }, [400, 'VPC.2500', 'force']],
  [
    'dry_run that is text',
    { ...port({ security_groups: [X] }), dry_run: 'yes' },
    [400, 'VPC.2500', 'dry_run'],
  ],
]

test.each(wrongBodies)('insert and remove refuse %s', async (_, body, refusal) => {
  const emulator = await started()
  for (const put of Object.values(both)) expectRefusal(await put(emulator, body), refusal)
  expect(await listNow(emulator)).toEqual([A, B])
})

const refusedInserts: [string, unknown, Refusal][] = [
  ['an index below 0', port({ security_groups: [X], index: -1 }), [400, 'VPC.2500', 'port.index']],
  [
    'an index that is no integer',
    port({ security_groups: [X], index: 1.5 }),
    [400, 'VPC.2500', 'port.index'],
  ],
  ['an index that is text', port({ security_groups: [X], index: '1' }), [400, 'VPC.2500', 'port.index']],
  ['an index past the end', port({ security_groups: [X], index: 3 }), [400, 'VPC.2503', 'port.index: 3']],
  [
    'an unknown group',
    port({ security_groups: [X, NOBODY] }),
    [404, 'VPC.0602', `security_groups.1: security group ${NOBODY}`],
  ],
  [
    'a group already on the port',
    port({ security_groups: [X, B] }),
    [409, 'VPC.2505', `security_groups.1: security group ${B}`],
  ],
]

test('insert refuses a group more than the limit that the emulator was started with', async () => {
  const emulator = await started({ groupsPerPort: 3 })
  const [first, second] = EXAMPLE.inserted
  expect((await insert(emulator, port({ security_groups: [first] }))).status).toBe(200)
  const refusal: Refusal = [409, 'VPC.2507', 'exceed the quota of 3']
  expectRefusal(await insert(emulator, port({ security_groups: [second] })), refusal)
})

test.each(refusedInserts)('insert refuses %s, for a dry run too', async (_, body, refusal) => {
  const emulator = await started()
  expectRefusal(await insert(emulator, body), refusal)
  expectRefusal(await insert(emulator, { ...(body as object), dry_run: true }), refusal)
  expect(await listNow(emulator)).toEqual([A, B])
})

const refusedRemoves: [string, unknown, Refusal][] = [
  [
    'a group that is not on the port',
    port({ security_groups: [A, X] }),
    [409, 'VPC.2506', `security_groups.1: security group ${X}`],
  ],
  ['an unknown group', port({ security_groups: [NOBODY] }), [404, 'VPC.0602', NOBODY]],
  ['an index', port({ security_groups: [A], index: 0 }), [400, 'VPC.2500', 'port.index']],
]

test.each(refusedRemoves)('remove refuses %s, for a dry run too', async (_, body, refusal) => {
  const emulator = await started()
  expectRefusal(await remove(emulator, body), refusal)
  expectRefusal(await remove(emulator, { ...(body as object), dry_run: true }), refusal)
  expect(await listNow(emulator)).toEqual([A, B])
})

test('a port takes 100 groups and not one more', async () => {
  const emulator = await started()
  const ports = await idsByName(emulator, 'ports')
  const full = ports.get('partner-gateway-01') as string
  const on = await listNow(emulator, full)
  expect(on).toHaveLength(100)
  const groups = await idsByName(emulator, 'securityGroups')
  const spare = [...groups.values()].filter((id) => !on.includes(id))
  expectRefusal(await insert(emulator, port({ security_groups: spare.slice(0, 1) }), full), [
    409,
    'VPC.2507',
    full,
  ])
  await remove(emulator, port({ security_groups: on.slice(0, 2) }), full)
  expectRefusal(await insert(emulator, port({ security_groups: spare.slice(0, 3) }), full), [
    409,
    'VPC.2507',
    full,
  ])
  const { status } = await insert(emulator, port({ security_groups: spare.slice(0, 2), index: 0 }), full)
  expect(status).toBe(200)
  expect(await listNow(emulator, full)).toEqual([...spare.slice(0, 2), ...on.slice(2)])
})

test('removing keeps the order of the rest, and the last group may go', async () => {
  const emulator = await started()
  await insert(emulator, port({ security_groups: EXAMPLE.inserted, index: 1 }))
  const dry = await remove(emulator, { ...port({ security_groups: [B] }), dry_run: true })
  expect([dry.status, Object.keys(dry.body)]).toEqual([202, ['request_id']])
  const { status, body } = await remove(emulator, port({ security_groups: [B, EXAMPLE.inserted[0]] }))
  expect(status).toBe(200)
  expect(body.port.security_groups).toEqual([A, EXAMPLE.inserted[1]])
  await remove(emulator, port({ security_groups: [EXAMPLE.inserted[1], A] }))
  expect(await listNow(emulator)).toEqual([])
  await insert(emulator, port({ security_groups: [B], index: 0 }))
  expect(await listNow(emulator)).toEqual([B])
})

test('ports, groups, rules, projects and calls that are not there are refused by name', async () => {
  const emulator = await started()
  const { project } = EXAMPLE
  const one = port({ security_groups: [X] })
  const cases: [string, string, unknown, Refusal][] = [
    ['GET', paths.port(project, NOBODY), undefined, [404, 'VPC.2504', NOBODY]],
    ['GET', paths.port(project, 'eth0'), undefined, [400, 'VPC.2500', 'eth0']],
    ['PUT', paths.insert(project, NOBODY), one, [404, 'VPC.2504', NOBODY]],
    ['PUT', paths.insert(project, 'eth0'), one, [400, 'VPC.2500', 'eth0']],
    ['PUT', paths.remove(project, NOBODY), one, [404, 'VPC.2504', NOBODY]],
    ['GET', `/v1/${project}/ports/${NOBODY}`, undefined, [404, 'VPC.2504', NOBODY]],
    ['GET', paths.securityGroup(project, NOBODY), undefined, [404, 'VPC.0602', NOBODY]],
    ['GET', paths.securityGroup(project, 'web'), undefined, [400, 'VPC.2500', 'web']],
    ['GET', `${paths.rules(project)}/${NOBODY}`, undefined, [404, 'VPC.0603', NOBODY]],
    ['GET', paths.ports('0123'), undefined, [403, 'VPC.2701', '0123']],
    ['PUT', paths.insert('0123', EXAMPLE.port), one, [403, 'VPC.2701', '0123']],
    ['GET', '/v2/ports', undefined, [404, 'APIGW.0101', 'does not exist']],
    ['GET', '/', undefined, [404, 'APIGW.0101', 'does not exist']],
    ['POST', paths.ports(project), one, [405, 'APIGW.0202', 'POST']],
    ['GET', paths.insert(project, EXAMPLE.port), undefined, [405, 'APIGW.0202', 'GET']],
    ['GET', `/v3/${project}/ports/%ff`, undefined, [400, 'APIGW.0106', '%ff']],
    [
      'PUT',
      paths.insert(project, EXAMPLE.port),
      `"${' '.repeat(300_000)}"`,
      [413, 'APIGW.0201', 'too large'],
    ],
  ]
  for (const [method, path, body, refusal] of cases)
    expectRefusal(await call(emulator, method, path, body), refusal)
})

test('a port and a group of one project are not there for the other', async () => {
  const emulator = await started()
  const other = '0d2c6a1f4b7e4f5e9a38c5d1e7b60f42'
  const list = await call(emulator, 'GET', paths.ports(other))
  expect(list.body.page_info.current_count).toBeGreaterThan(0)
  expectRefusal(await call(emulator, 'GET', paths.port(other, EXAMPLE.port)), [404, 'VPC.2504', EXAMPLE.port])
  const foreign = list.body.ports[0].id
  expectRefusal(await call(emulator, 'PUT', paths.insert(other, foreign), port({ security_groups: [X] })), [
    404,
    'VPC.0602',
    X,
  ])
})
