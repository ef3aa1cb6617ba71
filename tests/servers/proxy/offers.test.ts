import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Offers, OffersResponse } from '../../../src/vpc/offers.ts'
import { nativeUpdatePortPath, paths, updatePortPath } from '../../../src/vpc/paths.ts'
import type { PlanWay } from '../../../src/vpc/plan-change.ts'
import { api } from '../../../src/vpc/portside-api.ts'
import type { DocumentedRule } from '../../../src/vpc/security-group.ts'
import { ACCESS, controls, KEYS } from '../../stage/servers.ts'
import { startProxy } from '../../stage/proxy.ts'
import { createEmulator } from '../../../src/emulator/server.ts'
import { operationsOver, planned, PROJECT, startStage } from '../operations/ask-operations.ts'

// Regions and private stacks that lack calls (docs/platform.md, Regions without v3), over the
// proxy.

let stage: Awaited<ReturnType<typeof startStage>>
beforeAll(async () => {
  stage = await startStage()
})
afterAll(() => stage.close())

type Call = typeof stage.proxy.call

const ids = (list: { id: string }[]) => list.map(({ id }) => id)
const json = async (call: Call, path: string) => (await call(path)).json()
const findOffers = (call: Call): Promise<OffersResponse> => json(call, `${api.offers(PROJECT)}?anew=true`)
/** What v3 has, whatever the region offers. */
const truly = async (path: string) => (await fetch(`${stage.emulator}/_emulator${path}`)).json()

/** The rules as an old list can have them: one range each, and on the oldest none that denies. */
function asOld(rules: readonly DocumentedRule[], oldest: boolean) {
  return rules
    .filter(({ action, enabled }) => !oldest || (action !== 'deny' && enabled !== false))
    .flatMap((rule) => {
      const ports = String(rule.multiport ?? '')
      const parts = String(rule.protocol).startsWith('icmp') ? [ports] : ports.split(',')
      return parts.map((multiport) => inShort({ ...rule, multiport }, oldest))
    })
}

/** What decides traffic, with the defaults of what is left out. */
function inShort(rule: DocumentedRule, oldest = false) {
  const { direction, ethertype, protocol, multiport, action, priority, enabled } = rule
  const remote = rule.remote_ip_prefix ?? rule.remote_group_id ?? rule.remote_address_group_id
  const acts = oldest ? [] : [action ?? 'allow', priority ?? 1, enabled ?? true]
  return [direction, ethertype, protocol, String(multiport ?? ''), remote, ...acts].map(String).join(' ')
}

const V3: Offers = {
  ports: 'v3',
  groups: 'v3',
  rules: 'v3',
  steps: true,
  update: 'v1',
  address_groups: true,
}
const OLD = { steps: false, address_groups: false } as const
const V1: Offers = { ports: 'v1', groups: 'v1', rules: 'v1', update: 'v1', ...OLD }
const NATIVE: Offers = { ports: 'v2.0', groups: 'v2.0', rules: 'v2.0', update: 'v2.0', ...OLD }

describe('each region is read, arranged, dry-run and changed', () => {
  test.each<[string[], string, Offers]>([
    [[], 'APIGW.0101', V3],
    [['no-v3-port-reads'], 'APIG.0101', { ...V3, ports: 'v1' }],
    [['no-v3-ports'], 'bare-404', { ...V3, ports: 'v1', steps: false }],
    [['update-only'], 'bare-405', { ...V3, steps: false }],
    [['no-address-groups'], 'bare-404', { ...V3, address_groups: false }],
    [['v1-and-v2.0'], 'APIG.0101', V1],
    [['v1-only'], 'bare-405', V1],
    [['v2.0-only'], 'bare-404', NATIVE],
    [['v2.0-only', 'oldest-rules'], 'APIGW.0101', NATIVE],
  ])('%j, refusing by %s', async (like, form, offers) => {
    const { call } = stage.proxy
    await controls(stage.emulator).region(like, form)
    const found = await findOffers(call)
    expect(found).toMatchObject({ offers, set: [], troubles: [] })

    const { ports } = await json(call, `/api${paths.ports(PROJECT)}`)
    const { ports: all } = await truly(paths.ports(PROJECT))
    expect(ids(ports)).toEqual(ids(all))

    const groups = await truly(paths.securityGroups(PROJECT))
    const read = await json(call, `/api${paths.securityGroups(PROJECT)}?limit=2000`)
    expect(ids(read.security_groups)).toEqual(ids(groups.security_groups))
    expect(read.security_groups[0]).not.toHaveProperty('security_group_rules')
    const some = ids(groups.security_groups).slice(3, 9)
    const byId = await json(call, `/api${paths.securityGroups(PROJECT)}?id=${some.join('&id=')}`)
    expect(ids(byId.security_groups).toSorted()).toEqual(some.toSorted())

    const oldest = like.includes('oldest-rules')
    const query = `limit=2000&security_group_id=${some.join('&security_group_id=')}`
    const { security_group_rules: rules } = await json(call, `/api${paths.rules(PROJECT)}?${query}`)
    const { security_group_rules: v3 } = await truly(`${paths.rules(PROJECT)}?${query}`)
    const expected =
      offers.rules === 'v3' ? v3.map((rule: DocumentedRule) => inShort(rule)) : asOld(v3, oldest)
    const here = rules.map((rule: DocumentedRule) => inShort(rule, oldest && offers.rules !== 'v3'))
    expect(here.toSorted()).toEqual(expected.toSorted())
    const lacking = oldest ? ['action', 'priority', 'enabled'] : []
    expect((await json(call, api.offers(PROJECT))).rules_lack).toEqual(lacking)
    const shown = await json(call, `/api${paths.securityGroup(PROJECT, some[0]!)}`)
    expect(shown.security_group.security_group_rules.length).toBeGreaterThan(0)
    expect(shown.security_group.security_group_rules[0]).not.toHaveProperty('port_range_min')

    const way: PlanWay = offers.steps ? 'steps' : 'one-call'
    const portId = await stage.portWith('abc')
    const { operation_id, ...plan } = planned(stage.ids('abc'), stage.ids('cab'), {}, way)
    const checksPath = api.portChecks(PROJECT, portId)
    const checked = await call(checksPath, { method: 'POST', json: plan })
    const { checks } = await checked.json()
    expect(checks[0].kind).toBe(offers.steps ? 'platform' : 'portside')
    const operations = operationsOver(call)
    await operations.post(portId, { operation_id, ...plan })
    expect(await operations.settled(operation_id)).toMatchObject({ status: 'done', error: null })
    expect(stage.word(await stage.list(portId))).toBe('cab')
    const { record } = await json(call, `/api/records/${operation_id}`)
    const sent = record.entries.find(({ kind }: { kind: string }) => kind === 'request').path
    if (offers.steps) expect(sent).toBe(paths.remove(PROJECT, portId))
    else if (offers.update === 'v1') expect(sent).toBe(updatePortPath(PROJECT, portId))
    else expect(sent).toBe(nativeUpdatePortPath(portId))
  })
})

const post = (call: Call, portId: string, from: string, to: string, way: PlanWay) =>
  operationsOver(call).post(portId, planned(stage.ids(from), stage.ids(to), {}, way))

describe('where only an update changes ports', () => {
  test('inserts and removes are refused before anything is sent, and so is an empty list', async () => {
    await controls(stage.emulator).region(['update-only'])
    await findOffers(stage.proxy.call)
    const portId = await stage.portWith('abc')
    const sent = await stage.countChanges(portId)
    for (const to of ['cba', 'abcx', '']) {
      const { error } = await post(stage.proxy.call, portId, 'abc', to, 'steps')
      expect(error.error_msg).toContain('the platform offers no such call here: it replaces lists only')
    }
    expect(await sent()).toBe(0)
  })

  test('a proxy that did not know learns it from a refusal, and goes on in one call', async () => {
    await controls(stage.emulator).region(['update-only'], 'bare-404')
    const proxy = await stage.start()
    try {
      const operations = operationsOver(proxy.call)
      const portId = await stage.portWith('abc')
      const { operation } = await post(proxy.call, portId, 'abc', 'cab', 'steps')
      const stopped = await operations.settled(operation.operation_id)
      expect(stopped).toMatchObject({ status: 'stopped', off_the_port: [] })
      const { operation: next } = await operations.choose(operation.operation_id, 'go-on')
      const done = await operations.settled(next.operation_id)
      expect(done).toMatchObject({ status: 'done', steps: [{ step: { kind: 'replace' } }] })
      expect(stage.word(await stage.list(portId))).toBe('cab')
    } finally {
      await proxy.close()
    }
  })

  test('PORTSIDE_CHANGES=steps does not refuse the only way that there is', async () => {
    await controls(stage.emulator).region(['v2.0-only'])
    const proxy = await stage.start({ PORTSIDE_CHANGES: 'steps' })
    try {
      await findOffers(proxy.call)
      const portId = await stage.portWith('abc')
      const { operation } = await post(proxy.call, portId, 'abc', 'cab', 'one-call')
      expect(await operationsOver(proxy.call).settled(operation.operation_id)).toMatchObject({
        status: 'done',
      })
    } finally {
      await proxy.close()
    }
  })
})

test('guards judge by the old rules too', async () => {
  const { security_groups } = await truly(paths.securityGroups(PROJECT))
  const named = (wanted: string) =>
    security_groups.find(({ name }: { name: string }) => name === wanted).id as string
  const guard = { name: 'SSH', protocol: 'tcp', ports: '22', remote: 'anywhere' }
  const proxy = await stage.start({ PORTSIDE_GUARDS: JSON.stringify([guard]) })
  try {
    for (const like of [['v1-only'], ['v2.0-only', 'oldest-rules']]) {
      await controls(stage.emulator).region(like)
      const operations = operationsOver(proxy.call)
      const portId = await stage.portWith('a')
      const above = (group: string) => {
        const plan = planned(stage.ids('a'), [group, ...stage.ids('a')])
        const steps = [{ kind: 'replace', security_groups: plan.desired }]
        return operations.post(portId, { ...plan, steps })
      }
      const { error } = await above(named('ssh-from-anywhere'))
      expect(error).toMatchObject({ error_code: 'Portside.GuardBroken' })
      const { operation } = await above(named('bastion-rdp'))
      expect(await operations.settled(operation.operation_id)).toMatchObject({ status: 'done' })
    }
  } finally {
    await proxy.close()
  }
})

/** A proxy of one project with these fields in PORTSIDE_PROJECTS, and what it logs. */
async function proxyWith(more: object) {
  const project = { project_id: PROJECT, endpoint: stage.emulator, ...more }
  return startProxy({
    PORTSIDE_UPSTREAM: stage.emulator,
    ...ACCESS,
    PORTSIDE_PROJECTS: JSON.stringify([project]),
  })
}

describe('PORTSIDE_PROJECTS', () => {
  test('what offers are set is not found out', async () => {
    await controls(stage.emulator).region(['v1-and-v2.0'])
    const proxy = await proxyWith({ offers: NATIVE })
    try {
      await controls(stage.emulator).forgetCalls()
      expect(await findOffers(proxy.call)).toMatchObject({
        offers: NATIVE,
        set: ['ports', 'groups', 'rules', 'steps', 'update', 'address_groups'],
      })
      expect(await controls(stage.emulator).calls()).toEqual({})
      await json(proxy.call, `/api${paths.rules(PROJECT)}`)
      expect(Object.keys(await controls(stage.emulator).calls())).toEqual(['GET /v2.0/security-group-rules'])
    } finally {
      await proxy.close()
    }
  })

  test.each(['enterprise-required', 'enterprise-empty'])(
    '%s: lists are read with the enterprise project, and not without',
    async (like) => {
      for (const more of [[], ['v1-only']]) {
        await controls(stage.emulator).region([like, ...more])
        const proxy = await proxyWith({ enterprise_project_id: 'all_granted_eps' })
        try {
          for (const path of [paths.ports(PROJECT), paths.securityGroups(PROJECT)]) {
            const without = await stage.proxy.call(`/api${path}`)
            const refused = like === 'enterprise-required'
            expect(without.status).toBe(refused ? 403 : 200)
            const { ports = [], security_groups = [] } = await json(proxy.call, `/api${path}`)
            expect(ports.length + security_groups.length).toBeGreaterThan(10)
          }
          const found = await findOffers(proxy.call)
          expect(found).toMatchObject({ enterprise_project_id: 'all_granted_eps', troubles: [] })
        } finally {
          await proxy.close()
        }
      }
    },
  )
})

test('a trial that is refused is named with what refused it, and is no missing API', async () => {
  const emulator = await createEmulator({ credentials: KEYS })
  const proxy = await startProxy({ PORTSIDE_UPSTREAM: emulator.address, ...ACCESS })
  try {
    await controls(emulator.address).faults(
      { kind: 'error', status: 403, times: 0, match: { method: 'PUT' } },
      { kind: 'error', status: 403, times: 0, match: { path: 'address-groups' } },
    )
    const { offers, troubles } = await findOffers(proxy.call)
    expect(offers).toEqual({ ports: 'v3', groups: 'v3', rules: 'v3', steps: true, update: 'v1' })
    expect(troubles.map(({ part, status }) => [part, status])).toEqual([
      ['steps', 403],
      ['update', 403],
      ['address_groups', 403],
    ])
    expect(troubles[0]!.error).toMatchObject({ error_code: 'VPC.2701', request_id: expect.any(String) })
  } finally {
    await proxy.close()
    await emulator.close()
  }
})
