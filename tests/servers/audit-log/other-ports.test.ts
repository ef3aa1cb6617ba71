import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditEntry } from '../../../src/vpc/audit-log.ts'
import { controls } from '../../stage/servers.ts'
import { operationsOver, planned, startStage } from '../operations/ask-operations.ts'
import { auditLogOver } from './read-audit-log.ts'

// shop-prod-web-03: shop-prod-app-01, -02 and -03 let it in, as it has shop-prod-web.
const PORT = '6820b4fb-e056-43dd-8b43-911209d12055'

let stage: Awaited<ReturnType<typeof startStage>>
let list: string[]
beforeAll(async () => {
  stage = await startStage()
  list = await Promise.all(['web-public', 'quarantine', 'shop-prod-web'].map(stage.groupNamed))
}, 60_000)
afterAll(() => stage.close())

const isOtherPorts = ({ kind }: AuditEntry) => kind === 'other_ports'

const entriesOf = (id: string) => auditLogOver(stage.proxy.call).comparedEntries(id)

/** Changes the port's list, and waits for the end. @returns the operation's ID */
async function change(desired: string[], way?: 'one-call'): Promise<string> {
  await stage.someoneElseSets(PORT, list)
  const operations = operationsOver(stage.proxy.call)
  const { operation } = await operations.post(PORT, planned(list, desired, {}, way))
  expect((await operations.settled(operation.operation_id)).status).toBe('done')
  return operation.operation_id
}

/** What the audit record of such a change says of other ports. */
async function changed(desired: string[]): Promise<AuditEntry | undefined> {
  return (await entriesOf(await change(desired))).find(isOtherPorts)
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, one) => all + one, 0)

test('every call for a change is counted, those for other ports too', async () => {
  const cloud = controls(stage.emulator)
  // What the endpoint offers is found out by the first.
  await changed(list.slice(0, 2))
  await cloud.forgetCalls()
  const entries = await entriesOf(await change(list.slice(0, 2)))
  const count = sum(await cloud.calls())
  expect(count).toBeGreaterThan(2)
  expect(entries.map((entry) => ('calls' in entry ? entry.calls! : 0)).reduce((all, one) => all + one)).toBe(
    count,
  )
})

describe('without guards, the audit record of a change', () => {
  test('counts what it cuts on other ports', async () => {
    expect(await changed(list.slice(0, 2))).toMatchObject({
      ports: 3,
      rules: 1,
      flows: { newly_allowed: 0, newly_denied: 2, undecided: 0 },
      not_compared: [],
    })
  })

  test('counts what is cut only while a group moves, step by step', async () => {
    expect(await changed([list[2]!, list[0]!, list[1]!])).toMatchObject({
      ports: 0,
      flows: { newly_allowed: 0, newly_denied: 0, undecided: 0 },
      in_between: { ports: 3, rules: 1, flows: { newly_allowed: 0, newly_denied: 2, undecided: 0 } },
    })
  })

  test('has them after its end: no change waits for them', async () => {
    await stage.faults({ kind: 'delay', milliseconds: 300, times: 0, match: { path: 'remote_group_id' } })
    const kinds = (await entriesOf(await change(list.slice(0, 2)))).map(({ kind }) => kind)
    await stage.noFaults()
    expect(kinds).toEqual(['read', 'request', 'answer', 'end', 'other_ports'])
  })

  test('does not look for them while groups are off the port', async () => {
    await stage.someoneElseSets(PORT, list)
    const cloud = controls(stage.emulator)
    await stage.faults({ kind: 'error', status: 403, after: 1, match: { method: 'PUT', path: PORT } })
    await cloud.forgetCalls()
    const operations = operationsOver(stage.proxy.call)
    const plan = planned(list, [list[2]!, list[0]!, list[1]!])
    const { operation } = await operations.post(PORT, plan)
    expect((await operations.settled(operation.operation_id)).status).toBe('stopped')
    expect((await entriesOf(operation.operation_id)).at(-1)).toMatchObject({
      kind: 'other_ports',
      not_compared: ['the change left groups off the port'],
    })
    expect(Object.keys(await cloud.calls()).join()).not.toContain('rules')
    await operations.choose(operation.operation_id, 'leave')
    await stage.noFaults()
  })

  test('says that nothing changes there', async () => {
    const group = await stage.groupNamed('lab-web').catch(() => stage.ids('z')[0]!)
    expect(await changed([...list, group])).toMatchObject({ ports: 0, not_compared: [] })
  })

  test('has nothing of them where groups only move in one call', async () => {
    const id = await change(list.toReversed(), 'one-call')
    // Another change has its entry: this one would have had it long before.
    await changed(list.slice(0, 2))
    const { entries } = await auditLogOver(stage.proxy.call).record(id)
    expect(entries.some(isOtherPorts)).toBe(false)
  })

  test('names what could not be read of them; the change is made all the same', async () => {
    await stage.faults({
      kind: 'error',
      status: 403,
      error_code: 'VPC.0010',
      error_msg: 'No permission.',
      times: 0,
      match: { method: 'GET', path: 'security-group-rules' },
    })
    const entry = await changed(list.slice(0, 2))
    await stage.noFaults()
    expect(entry).toMatchObject({
      ports: 0,
      not_compared: ['which rules have a changed group as remote could not be read (VPC.0010)'],
    })
  })
})
