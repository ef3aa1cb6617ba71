import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/proxy/config.ts'
import { paths } from '../../../src/vpc/paths.ts'
import { api } from '../../../src/vpc/portside-api.ts'
import { operationsOver, planned, PROJECT } from '../operations/ask-operations.ts'
import { auditLogOver } from '../audit-log/read-audit-log.ts'
import { GUARD, startGuardedStage, type GuardedStage } from './guarded-stage.ts'

/**
 * The first operation of a proxy makes its journal, which takes seconds, many on a busy machine.
 */
const SLOW_MS = 120_000
const makesJournal = ({ ofPort }: Pick<typeof operations, 'ofPort'>) => ofPort(randomUUID())

let stage: GuardedStage['stage']
let operations: ReturnType<typeof operationsOver>
let opening: string
let quiet: string

beforeAll(async () => {
  ;({ stage, opening, quiet } = await startGuardedStage())
  operations = operationsOver(stage.proxy.call)
  await makesJournal(operations)
}, SLOW_MS)
afterAll(() => stage.close())

async function portWith(...groups: string[]): Promise<string> {
  const id = await stage.portWith('a')
  await stage.someoneElseSets(id, groups)
  return id
}

describe('a plan that breaks a guard', () => {
  test('is refused before anything is sent, with the guard and the traffic in words', async () => {
    const portId = await portWith(quiet)
    const sent = await stage.countChanges(portId)
    const { status, error } = await operations.post(portId, planned([quiet], [opening, quiet]))
    expect(status).toBe(409)
    expect(error).toMatchObject({ error_code: 'Portside.GuardBroken', outcome: 'not_sent' })
    expect(error.error_msg).toMatch(
      /Guard 'web ports' \(never newly allow TCP .* from anywhere\): .* allowed now by rule/,
    )
    expect(error.advice).toContain("type the port's name or ID")
    expect(await sent()).toBe(0)
    expect(await operations.ofPort(portId)).toEqual([])
    expect(await stage.list(portId)).toEqual([quiet])
  })

  test('is carried out when the port is named by its ID, in any case of letters', async () => {
    const portId = await portWith(quiet)
    const confirmed_by = portId.toUpperCase()
    const plan = planned([quiet], [opening, quiet], { confirmed_by })
    const { status, operation } = await operations.post(portId, plan)
    expect(status).toBe(202)
    expect((await operations.settled(operation.operation_id)).status).toBe('done')
    expect(await stage.list(portId)).toEqual([opening, quiet])
    // The same request again finds it: its guards were confirmed.
    expect((await operations.post(portId, plan)).status).toBe(200)
    const { entries } = await auditLogOver(stage.proxy.call).record(operation.operation_id)
    expect(entries[0]).toMatchObject({
      kind: 'confirmed',
      typed: confirmed_by,
      guards: [expect.stringMatching(/./)],
    })
  })

  test('is refused when something else is typed', async () => {
    const portId = await portWith(quiet)
    const { status, error } = await operations.post(
      portId,
      planned([quiet], [opening, quiet], { confirmed_by: 'yes' }),
    )
    expect(status).toBe(409)
    expect(error.advice).toContain("'yes' is neither the name nor the ID")
  })

  test('is refused for what passes in between only', async () => {
    const portId = await portWith(quiet)
    const steps = [
      { kind: 'insert', security_groups: [opening], index: 0 },
      { kind: 'remove', security_groups: [opening] },
    ]
    const { status, error } = await operations.post(portId, {
      operation_id: randomUUID(),
      planned_from: [quiet],
      desired: [quiet],
      steps,
    })
    expect(status).toBe(409)
    expect(error.error_msg).toContain('After step 1, in between: ')
  })

  test('is refused when the list is replaced in one call, too', async () => {
    const portId = await portWith(quiet)
    const plan = planned([quiet], [opening], {}, 'one-call')
    const { status, error } = await operations.post(portId, plan)
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['replace'])
    expect([status, error.error_code]).toEqual([409, 'Portside.GuardBroken'])
    expect(error.error_msg).not.toContain('in between')
  })

  test('counts as broken when the rules can not be read', async () => {
    const portId = await portWith(opening)
    await stage.faults({ kind: 'error', status: 500, times: 1, match: { path: 'security-group-rules' } })
    const { status, error } = await operations.post(portId, planned([opening], [opening, quiet]))
    expect(status).toBe(409)
    expect(error).toMatchObject({ error_code: 'Portside.GuardBroken' })
    expect(error.error_msg).toContain('could not be decided, as the rules could not be read')
  })

  test('confirmed all the same: the audit record says that other ports were not compared', async () => {
    const portId = await portWith(opening)
    const match = { path: 'security-group-rules' }
    await stage.faults({ kind: 'error', status: 500, times: 0, match })
    const plan = planned([opening], [opening, quiet], { confirmed_by: portId })
    const { operation } = await operations.post(portId, plan)
    await stage.noFaults()
    await operations.settled(operation.operation_id)
    const entries = await auditLogOver(stage.proxy.call).comparedEntries(operation.operation_id)
    expect(entries.find(({ kind }) => kind === 'other_ports')).toMatchObject({
      ports: 0,
      not_compared: [expect.stringMatching(/^the rules could not be read \(/)],
    })
  })
})

test('a group that the platform leaves out may have any rules: its plan is refused', async () => {
  const portId = await portWith(quiet)
  const unknown = '0f0f0f0f-0000-4000-8000-000000000000'
  const { status, error } = await operations.post(portId, planned([quiet], [unknown, quiet]))
  expect(status).toBe(409)
  expect(error).toMatchObject({ error_code: 'Portside.GuardBroken', outcome: 'not_sent' })
  expect(error.error_msg).toContain('could not be decided')
})

/** A change that was refused at its second step: `opening`, which was on the port, is off it. */
async function stopped(desired: string[]) {
  const portId = await portWith(quiet, opening)
  await stage.faults({ kind: 'error', status: 403, match: { method: 'PUT', path: `${portId}/insert` } })
  const { operation } = await operations.post(
    portId,
    planned([quiet, opening], desired, { confirmed_by: portId }),
  )
  const ended = await operations.settled(operation.operation_id)
  expect([ended.status, ended.list_now]).toEqual(['stopped', [quiet]])
  return { portId, id: operation.operation_id }
}

describe('a choice about an operation that stopped', () => {
  test.each([
    ['go-on', () => [opening, quiet]],
    ['go-back', () => [quiet, opening]],
  ] as const)('%s is held against the guards, and done when the port is named', async (choice, list) => {
    const { portId, id } = await stopped([opening, quiet])
    const sent = await stage.countChanges(portId)
    for (const json of [undefined, { confirmed_by: 'yes' }]) {
      const { status, error } = await operations.choose(id, choice, json)
      expect(status).toBe(409)
      expect(error).toMatchObject({ error_code: 'Portside.GuardBroken', outcome: 'not_sent' })
      // Compared with the list as it is now; the refusal says that it was so before the change.
      expect(error.error_msg).toMatch(
        /allowed now by rule .* The list from before the change allowed it, too\.$/,
      )
    }
    expect(await sent()).toBe(0)
    expect((await operations.get(id)).operation.status).toBe('stopped')

    const { status, operation } = await operations.choose(id, choice, { confirmed_by: portId })
    expect(status).toBe(202)
    expect((await operations.settled(operation.operation_id)).status).toBe('done')
    expect(await stage.list(portId)).toEqual(list())
  })

  test('can be given by name when the rules can not be read', async () => {
    const { portId, id } = await stopped([opening, quiet])
    await stage.faults({ kind: 'error', status: 500, times: 2, match: { path: 'security-group-rules' } })
    const { error } = await operations.choose(id, 'go-back')
    expect(error.error_msg).toContain('could not be decided, as the rules could not be read')
    const { status } = await operations.choose(id, 'go-back', { confirmed_by: portId })
    expect(status).toBe(202)
  })

  test('is not asked for a name where it breaks no guard', async () => {
    const { portId, id } = await stopped([opening, quiet])
    await stage.someoneElseSets(portId, [opening])
    const { status, operation } = await operations.choose(id, 'go-back')
    expect(status).toBe(202)
    expect((await operations.settled(operation.operation_id)).status).toBe('done')
    expect(await stage.list(portId)).toEqual([quiet, opening])
  })

  test('leave is never held, and what is not a name or ID is refused as a request', async () => {
    const { id } = await stopped([opening, quiet])
    const { status, error } = await operations.choose(id, 'go-back', { confirmed: true })
    expect([status, error.error_code]).toEqual([400, 'Portside.InvalidRequest'])
    expect((await operations.choose(id, 'leave')).status).toBe(200)
  })
})

describe('a plan that allows from another group', () => {
  /** Allows TCP 443 from a group that has `member` among its addresses, and from nowhere else. */
  let allowing: string
  let member: string
  let proxy: Awaited<ReturnType<typeof stage.start>>

  beforeAll(async () => {
    allowing = await stage.groupNamed('pci-isolation')
    const query = `?security_groups=${await stage.groupNamed('payments-prod-web')}`
    const { ports } = await (await fetch(`${stage.emulator}/_emulator` + paths.ports(PROJECT) + query)).json()
    // Not one of the first, which the tests use.
    member = ports.at(-1).private_ips[0].ip_address
    const https = { protocol: 'tcp', ports: '443' }
    proxy = await stage.start({
      PORTSIDE_GUARDS: JSON.stringify([
        { ...https, name: 'elsewhere', remote: '203.0.113.0/24' },
        { ...https, name: 'member', remote: `${member}/32` },
        { name: 'app ports', change: 'newly_dropped', protocol: 'tcp', ports: '9000', remote: '10.20.1.13' },
      ]),
    })
    await makesJournal(operationsOver(proxy.call))
  }, SLOW_MS)
  afterAll(() => proxy.close())

  const post = async () => operationsOver(proxy.call).post(await portWith(), planned([], [allowing]))
  const broken = ({ error }: Awaited<ReturnType<typeof post>>) => error.fields?.map(({ path }) => path)

  test('breaks the guards of addresses that ports of that group have, and no others', async () => {
    const response = await post()
    expect(response.status).toBe(409)
    expect(broken(response)).toEqual(['guards.member'])
    expect(response.error.error_msg).toContain(member)
    expect(response.error.error_msg).not.toContain('could not be decided')
  })

  test('may break any guard when the ports of that group can not be read', async () => {
    await stage.faults({ kind: 'error', status: 500, times: 0, match: { path: 'security_groups=' } })
    const response = await post()
    await stage.noFaults()
    expect(response.status).toBe(409)
    expect(broken(response)).toEqual(['guards.elsewhere', 'guards.member'])
    expect(response.error.error_msg).toContain('It could not be decided for certain.')
    expect(response.error.error_msg).toMatch(
      /Not known: the ports of \d+ remote groups? could not be read \(/,
    )
  })

  test('is judged by what it cuts on other ports, which its audit record counts', async () => {
    // shop-prod-web-03: shop-prod-app-01 and -02 let it in, as it has shop-prod-web.
    const portId = '6820b4fb-e056-43dd-8b43-911209d12055'
    const apps = ['8880f5f4-27c0-4b07-bec4-9b3f8faf1547', '1c39e52e-803c-4207-8666-d6c51802fe78']
    const app = await stage.groupNamed('shop-prod-app')
    for (const id of apps) await stage.someoneElseSets(id, [app])
    const list = await Promise.all(['web-public', 'quarantine', 'shop-prod-web'].map(stage.groupNamed))
    await stage.someoneElseSets(portId, list)
    const over = operationsOver(proxy.call)
    const refused = await over.post(portId, planned(list, list.slice(0, 2)))
    expect(broken(refused)).toEqual(['guards.app ports'])
    expect(refused.error.error_msg).toMatch(
      /On port shop-prod-app-01 and port shop-prod-app-02: TCP 9000-9099/,
    )

    const confirmed = await over.post(portId, planned(list, list.slice(0, 2), { confirmed_by: portId }))
    expect((await over.settled(confirmed.operation.operation_id)).status).toBe('done')
    const { entries } = await auditLogOver(proxy.call).record(confirmed.operation.operation_id)
    expect(entries.find(({ kind }) => kind === 'other_ports')).toMatchObject({
      ports: 3,
      rules: 1,
      flows: { newly_allowed: 0, newly_denied: 2, undecided: 0 },
      not_compared: [],
    })
  })
})

describe('a plan that allows from an address group', () => {
  // office-vpn allows TCP from office-ranges, which has 10.30.0.0/16.
  const ssh = { protocol: 'tcp', ports: '22' }
  let proxy: Awaited<ReturnType<typeof stage.start>>
  beforeAll(async () => {
    const guards = [
      { ...ssh, name: 'elsewhere', remote: '203.0.113.0/24' },
      { ...ssh, name: 'offices', remote: '10.30.7.0/24' },
    ]
    proxy = await stage.start({ PORTSIDE_GUARDS: JSON.stringify(guards) })
    await makesJournal(operationsOver(proxy.call))
  }, SLOW_MS)
  afterAll(() => proxy.close())
  const broken = async () => {
    const plan = planned([], [await stage.groupNamed('office-vpn')])
    const { error } = await operationsOver(proxy.call).post(await portWith(), plan)
    return { names: error.fields?.map(({ path }) => path), text: error.error_msg }
  }

  test('breaks the guards of its addresses, and no others', async () => {
    const { names, text } = await broken()
    expect(names).toEqual(['guards.offices'])
    expect(text).not.toContain('could not be decided')
  })

  test('may break any guard when the address group can not be read', async () => {
    await stage.faults({ kind: 'error', status: 403, times: 0, match: { path: 'address-groups' } })
    const { names, text } = await broken()
    await stage.noFaults()
    expect(names).toEqual(['guards.elsewhere', 'guards.offices'])
    expect(text).toContain('could not be decided')
    expect(text).toMatch(/Not known: address group .+\(.+; it takes the permission vpc:addressGroups:get\)\./)
  })
})

test('a plan that breaks no guard is carried out unasked', async () => {
  const portId = await portWith(opening)
  const { operation } = await operations.post(portId, planned([opening], [opening, quiet]))
  expect((await operations.settled(operation.operation_id)).status).toBe('done')
})

test('a plan whose steps lead nowhere is refused as such', async () => {
  const portId = await portWith(quiet)
  const plan = planned([quiet], [opening, quiet], { desired: [opening] })
  expect((await operations.post(portId, plan)).error.error_code).toBe('Portside.InvalidRequest')
})

test('the console reads the guards', async () => {
  const response = await stage.proxy.call(api.guards())
  expect(await response.json()).toEqual({ guards: [GUARD] })
})

test.each([
  ['no JSON', '[{', 'PORTSIDE_GUARDS can not be used: it is not JSON.'],
  ['an unreadable port', JSON.stringify([{ ...GUARD, ports: '22;23' }]), "0.ports ports '22;23'"],
  ['a missing remote', JSON.stringify([{ name: 'a' }]), '0.remote is missing'],
])('a configuration with %s does not start', (_, value, said) => {
  expect(() => readConfig({ PORTSIDE_GUARDS: value })).toThrow(said)
})
