import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditEntry } from '../../../src/vpc/audit-log.ts'
import { paths } from '../../../src/vpc/paths.ts'
import type { SecurityGroupRule } from '../../../src/vpc/security-group.ts'
import { auditLogOver } from '../audit-log/read-audit-log.ts'
import { PROJECT, startStage } from '../operations/ask-operations.ts'
import { controls } from '../../stage/servers.ts'
import { bulkChangesOver, bulkRequest } from './ask-bulk-changes.ts'

type Stage = Awaited<ReturnType<typeof startStage>>

const ONE_PORT = 'GET /v3/{project_id}/ports/{id}'
const INSERT = 'PUT /v3/{project_id}/ports/{id}/insert-security-groups'

async function portsWith(stage: Stage, groups: string[], count: number): Promise<string[]> {
  const ports: string[] = []
  for (let n = 0; n < count; n++) {
    const port = await stage.portWith('a')
    await stage.someoneElseSets(port, groups)
    ports.push(port)
  }
  return ports
}

async function rulesOf(stage: Stage): Promise<SecurityGroupRule[]> {
  const response = await fetch(`${stage.emulator}/_emulator${paths.rules(PROJECT)}?limit=2000`)
  return (await response.json()).security_group_rules
}

/** The calls that came, without those for each port, and how many these were. */
async function countedCalls(stage: Stage) {
  const { [ONE_PORT]: ports = 0, [INSERT]: inserts = 0, ...others } = await controls(stage.emulator).calls()
  return { ports, inserts, others: Object.values(others).reduce((all, one) => all + one, 0) }
}

describe('without guards', () => {
  let stage: Stage
  let bulk: ReturnType<typeof bulkChangesOver>
  beforeAll(async () => {
    stage = await startStage({}, { ports: 200 })
    bulk = bulkChangesOver(stage.proxy.call)
  }, 60_000)
  afterAll(() => stage.close())

  /** What each port's audit record says of other ports, as soon as all have it. */
  async function comparedOf(id: string) {
    const compared: (AuditEntry & { kind: 'other_ports' })[] = []
    for (const { operation_id } of await bulk.ports(id)) {
      const entries = await auditLogOver(stage.proxy.call).comparedEntries(operation_id!)
      compared.push(entries.find((entry) => entry.kind === 'other_ports')! as (typeof compared)[number])
    }
    return compared
  }

  test('a port costs two calls, and all together a few for what changes on other ports', async () => {
    // Rules of shop-prod-app have it as remote.
    const inserted = await stage.groupNamed('shop-prod-web')
    const ports = await portsWith(stage, stage.ids('ab'), 40)
    const kinds = [{ from: stage.ids('ab'), to: [inserted, ...stage.ids('ab')], ports }]
    // What the endpoint offers is found out by the first.
    const first = bulkRequest([{ ...kinds[0]!, ports: ports.slice(0, 1) }])
    await bulk.post(first)
    await bulk.settled(first.bulk_change_id)
    await comparedOf(first.bulk_change_id)
    await controls(stage.emulator).forgetCalls()
    const body = bulkRequest([{ ...kinds[0]!, ports: ports.slice(1) }], { first: 39 })
    await bulk.post(body)
    expect((await bulk.settled(body.bulk_change_id)).counts.done).toBe(39)
    const compared = await comparedOf(body.bulk_change_id)
    for (const entry of compared) expect(entry).toMatchObject({ rules: 1 })
    const counted = await countedCalls(stage)
    expect(counted).toMatchObject({ ports: 39, inserts: 39 })
    // Two or three, and again after each 5 seconds.
    expect(counted.others).toBeLessThanOrEqual(12)
    expect(compared.reduce((all, { calls }) => all + (calls ?? 0), 0)).toBe(counted.others)
  })

  test('each port counts those that got the group just before it', async () => {
    // Ports with the group let those in that have it, too.
    const rules = await rulesOf(stage)
    const within = rules.find(
      ({ remote_group_id, security_group_id, direction, action }) =>
        remote_group_id === security_group_id && direction === 'ingress' && action === 'allow',
    )!
    const inserted = within.security_group_id
    const quiet = stage.ids('abcdefgh').filter((id) => id !== inserted)
    const ports = await portsWith(stage, quiet.slice(0, 1), 5)
    const kinds = [{ from: quiet.slice(0, 1), to: [inserted, quiet[0]!], ports }]
    const body = bulkRequest(kinds, { first: 1, growth: 1 })
    await bulk.post(body)
    expect((await bulk.settled(body.bulk_change_id)).counts.done).toBe(5)
    const counts = (await comparedOf(body.bulk_change_id)).map((entry) => entry.ports)
    expect(counts).toEqual(ports.map((_, n) => counts[0]! + n))
  })
})

describe('with guards', () => {
  const GUARD = { name: 'web ports', protocol: 'tcp', ports: '22,80,443,3389', remote: 'anywhere' }
  let stage: Stage
  let bulk: ReturnType<typeof bulkChangesOver>
  let cloud: ReturnType<typeof controls>
  let opening: string
  let shut: object[]
  const quiet: string[] = []
  beforeAll(async () => {
    stage = await startStage({ PORTSIDE_GUARDS: JSON.stringify([GUARD]) }, { ports: 200 })
    bulk = bulkChangesOver(stage.proxy.call)
    cloud = controls(stage.emulator)
    opening = await stage.groupNamed('web-public')
    const rules = (await rulesOf(stage)).filter(({ security_group_id }) => security_group_id === opening)
    // As long as they are set, the group allows nothing.
    shut = rules.map(({ id }) => ({ id, set: { action: 'deny' } }))
    quiet.push(await stage.groupNamed('quarantine'))
  }, 60_000)
  afterAll(() => stage.close())

  async function begin(count: number, pace: object) {
    const ports = await portsWith(stage, quiet, count)
    const body = bulkRequest([{ from: quiet, to: [opening, ...quiet], ports }], pace)
    await bulk.post(body)
    return body.bulk_change_id
  }

  test('a port costs three calls, and all together a few for the rules', async () => {
    await cloud.overlays(...shut)
    const warm = await begin(1, {})
    expect(await bulk.settled(warm)).toMatchObject({ state: 'done' })
    await cloud.forgetCalls()
    const id = await begin(30, { first: 30 })
    expect((await bulk.settled(id)).counts.done).toBe(30)
    const counted = await countedCalls(stage)
    expect(counted).toMatchObject({ ports: 60, inserts: 30 })
    expect(counted.others).toBeLessThanOrEqual(12)
  })

  test('a rule that changed is missed for seconds at most: the next port is refused', async () => {
    await cloud.overlays(...shut)
    const id = await begin(3, { growth: 1, pause_seconds: 6 })
    await bulk.once(id, ({ counts }) => counts.done === 1)
    await cloud.overlays()
    const stopped = await bulk.settled(id)
    expect(stopped).toMatchObject({ state: 'stopped', counts: { done: 1, failed: 1, waiting: 1 } })
    const [, refused] = await bulk.ports(id)
    expect(refused).toMatchObject({ state: 'failed', error: { error_code: 'Portside.GuardBroken' } })
    await bulk.choose(id, 'end')
  }, 30_000)

  test('no port is refused by what was read for another one', async () => {
    await cloud.overlays()
    const id = await begin(2, { growth: 1 })
    expect(await bulk.settled(id)).toMatchObject({ state: 'stopped', counts: { failed: 1, waiting: 1 } })
    await cloud.overlays(...shut)
    await bulk.choose(id, 'go-on')
    expect(await bulk.settled(id)).toMatchObject({ state: 'done', counts: { failed: 1, done: 1 } })
  })
})
