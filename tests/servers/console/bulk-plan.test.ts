import { expect, onTestFinished, test, vi } from 'vitest'
import { readPorts } from '../../../src/console/proxy-client/chosen-ports.ts'
import { createQueryClient } from '../../../src/console/proxy-client/query-client.ts'
import { portsAt, type BulkPlan, type Places } from '../../../src/console/bulk-plan/bulk-plan.ts'
import { BulkPlanClient, type PlannerWorker } from '../../../src/console/bulk-plan/bulk-plan-client.ts'
import type { PlannerRequest } from '../../../src/console/bulk-plan/messages.ts'
import { planBulk, type BulkProgress } from '../../../src/console/bulk-plan/plan-bulk.ts'
import { Planner } from '../../../src/console/bulk-plan/planner.ts'
import { RulesRead } from '../../../src/console/bulk-plan/read-facts.ts'
import type { Intent } from '../../../src/vpc/bulk/intent.ts'
import { plannedPort, type PlannedPort } from '../../../src/vpc/bulk/kinds.ts'
import { EXAMPLE, started } from '../../stage/emulator.ts'
import { startProxy } from '../../stage/proxy.ts'

/** The worker's own code behind a message port: everything is cloned, as it is between threads. */
function start(): PlannerWorker {
  const { port1, port2 } = new MessageChannel()
  const planner = new Planner((message) => port2.postMessage(message))
  port2.addEventListener('message', ({ data }: MessageEvent<PlannerRequest>) => planner.take(data))
  port1.start()
  port2.start()
  return Object.assign(port1, { terminate: () => port1.close() }) as unknown as PlannerWorker
}

const names = (made: BulkPlan, places: Places) => portsAt(made, places).map(({ name }) => name)

/** The console's part of planning, over a proxy on the emulator; `calls` are what it asked. */
async function planning(environment: Record<string, string> = {}) {
  const emulator = await started()
  const proxy = await startProxy({ PORTSIDE_UPSTREAM: emulator.address, ...environment })
  const cookie = await proxy.signIn()
  const calls: URL[] = []
  // The console's fetch has the browser's cookies.
  const { fetch } = globalThis
  vi.stubGlobal('fetch', (url: URL, init: RequestInit) => {
    calls.push(url)
    return fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), cookie } })
  })
  vi.stubGlobal('location', { origin: proxy.address })
  const client = new BulkPlanClient(start)
  onTestFinished(async () => {
    client.close()
    vi.unstubAllGlobals()
    await proxy.close()
  })
  const queryClient = createQueryClient()
  const { project } = EXAMPLE
  const never = new AbortController().signal
  const { ports } = await readPorts(project, [{}], plannedPort, () => undefined, never)
  const rules = new RulesRead(project, queryClient)
  const progress: BulkProgress[] = []
  const plan = (intent: Intent, some: readonly PlannedPort[] = ports) =>
    planBulk({
      project,
      ports: some,
      wanted: { intent, planning: { limit: 100, policy: 'choose' } },
      queryClient,
      client,
      rules,
      signal: never,
      report: (one) => progress.push(one),
    })
  return { ports, plan, progress, calls, rules }
}

const [defaultGroup, webPublic] = EXAMPLE.groups

test('plans what an intent comes to on an estate, and what traffic changes', async () => {
  const { ports, plan, progress } = await planning()
  const having = ports.filter(({ list }) => list.includes(webPublic))
  const made = await plan({ kind: 'detach', groups: [webPublic] })
  expect(made.kinds.flatMap((kind) => names(made, kind.ports)).toSorted()).toEqual(
    having.map(({ name }) => name).toSorted(),
  )
  expect(made.found.unchanged.length).toBe(ports.length - having.length)
  for (const { list, desired, traffic, plan: one } of made.kinds) {
    expect([...desired]).toEqual(list.filter((id) => id !== webPublic))
    expect(one.steps.map(({ step }) => step.kind)).toEqual(['remove'])
    expect(['cuts', 'undecided', 'nothing']).toContain(traffic?.end.worst)
  }
  // It stood above the quarantine.
  const quarantined = made.kinds.find((kind) => names(made, kind.ports).includes('shop-prod-web-03'))
  expect(made.groups.get(webPublic)?.name).toBe('web-public')
  expect(quarantined!.traffic!.end.worst).toBe('cuts')
  expect(progress.map(({ state }) => state)).toEqual(
    progress.map(({ state }) => state).toSorted((a, b) => (a === b ? 0 : a === 'reading' ? -1 : 1)),
  )
  expect(progress.at(-1)).toMatchObject({ state: 'planning', found: { kinds: made.kinds.length } })
})

test('reads the rules of each group once, and those of a new intent besides', async () => {
  const { plan, calls, rules } = await planning()
  const rulesRead = () =>
    calls
      .filter(({ pathname }) => pathname.endsWith('/security-group-rules'))
      .flatMap(({ searchParams }) => searchParams.getAll('security_group_id'))
  const detach: Intent = { kind: 'detach', groups: [webPublic] }
  const made = await plan(detach)
  const needed = new Set(made.kinds.flatMap(({ list }) => list))
  expect(rulesRead()).toEqual(expect.arrayContaining([...needed]))
  await plan({ kind: 'move', groups: [defaultGroup, webPublic], place: { kind: 'end' } })
  expect(new Set(rulesRead()).size).toBe(rulesRead().length)
  rules.forget()
  const before = rulesRead().length
  await plan(detach)
  expect(rulesRead().slice(before)).toEqual(expect.arrayContaining([...needed]))
})

test('says what changes on other ports, whose rules are for a group that changes', async () => {
  const { ports, plan } = await planning()
  // The group default lets in whoever is in it.
  const having = ports.filter(({ list }) => list.includes(defaultGroup))
  const [first, ...others] = having
  expect(others.length).toBeGreaterThan(0)
  const made = await plan({ kind: 'detach', groups: [defaultGroup] }, [first!])
  const found = made.others.flatMap(({ ports: some }) => some.map(({ id }) => id))
  expect(made.kinds.flatMap((kind) => names(made, kind.ports))).toEqual([first!.name])
  for (const { end, kinds } of made.others) expect([end.worst, kinds]).toEqual(['cuts', [0]])
  expect(found.every((id) => others.some((port) => port.port_id === id))).toBe(true)
  expect(found.length).toBeGreaterThan(0)
  // Those that have it already don't change, but let in those that come.
  const insert: Intent = { kind: 'insert', groups: [defaultGroup], place: { kind: 'end' } }
  const joined = await plan(insert)
  const letIn = joined.others.flatMap(({ ports: some }) => some.map(({ name }) => name || null))
  expect(letIn).toContain('log-collector')
  expect(names(joined, joined.found.unchanged)).toEqual(expect.arrayContaining(letIn))
  // Together they all leave it: nobody else is in it then.
  const all = await plan({ kind: 'detach', groups: [defaultGroup] })
  expect(all.others).toEqual([])
})

test('judges the guards of the configuration for each kind', async () => {
  const guard = {
    name: 'web stays open',
    change: 'newly_dropped',
    protocol: 'tcp',
    ports: '443',
    remote: 'anywhere',
  }
  const { plan } = await planning({ PORTSIDE_GUARDS: JSON.stringify([guard]) })
  const made = await plan({ kind: 'detach', groups: [webPublic] })
  const broken = made.kinds.filter((kind) => kind.broken.some(({ certain }) => certain))
  expect(broken.length).toBeGreaterThan(0)
  expect(made.kinds.slice(0, broken.length)).toEqual(broken)
  expect(made.guards[broken[0]!.broken[0]!.guard]!.name).toBe('web stays open')
})
