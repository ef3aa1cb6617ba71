import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Port } from '../src/vpc/port.ts'
import { bulkApi, MOST_KINDS, type BulkChange, type BulkChangeRequest } from '../src/vpc/bulk-changes-api.ts'
import type { Intent } from '../src/vpc/bulk/intent.ts'
import { kindsOf, plannedPort } from '../src/vpc/bulk/kinds.ts'
import { paths } from '../src/vpc/paths.ts'
import { newFigure } from './figures.ts'
import { idsOf, PROJECT, run, type Running } from './running.ts'
import type { Subject } from './subject.ts'

const CHANGED = 1000
const KINDS = 4

/**
 * Bulk changes on 1,000 ports in one wave, each port by one call that replaces its list, then by
 * one that inserts a group: how long, and how many calls of the platform each port takes.
 */
export const bulkChanges: Subject = async () => {
  const running = await run({ ports: CHANGED + 100 })
  try {
    const groups = await idsOf(running, 'security_groups', KINDS + 2)
    const ids = await idsOf(running, 'ports', CHANGED)
    const last = groups.at(-1)!
    const replaced = await measured(running, ids, '', {
      lists: (n) => [groups[n % KINDS]!, groups.at(-2)!, last],
      intent: { kind: 'move', groups: [last], place: { kind: 'top' } },
      below: 3.01,
    })
    // Rules of other ports may have it as remote: that is looked for.
    const inserted = await measured(running, ids, ', that get a group', {
      lists: (n) => [groups[n % KINDS]!, groups.at(-2)!],
      intent: { kind: 'insert', groups: [last], place: { kind: 'top' } },
      below: 2.1,
    })
    return [...replaced, ...inserted]
  } finally {
    await running.stop()
  }
}

async function measured(
  running: Running,
  ids: readonly string[],
  what: string,
  { lists, intent, below }: { lists: (n: number) => string[]; intent: Intent; below: number },
) {
  for (const [n, id] of ids.entries()) await running.cloud.someoneElseSets(id, lists(n))
  const ports = (await allPorts(running)).filter(({ id }) => ids.includes(id))
  const time = newFigure('bulk changes', `${CHANGED} ports in one wave${what}`, 's')
  const calls = newFigure('bulk changes', `calls of the platform for each port${what}`, '', { below })
  await running.cloud.forgetCalls()
  const begun = performance.now()
  const id = randomUUID()
  await ask(running, bulkApi.ofProject(PROJECT), requestOf(id, intent, ports))
  const done = await settled(running, id)
  if (done.counts.done !== CHANGED) throw new Error(`not all are done: ${JSON.stringify(done.counts)}`)
  time.values.push((performance.now() - begun) / 1000)
  calls.values.push((await allCalls(running)) / CHANGED)
  return [time, calls]
}

/** All calls that came, as soon as no more come: other ports are read after the end. */
async function allCalls({ cloud }: Running): Promise<number> {
  for (let before = -1; ;) {
    const now = Object.values(await cloud.calls()).reduce((all, one) => all + one, 0)
    if (now === before) return now
    before = now
    await pause(2000)
  }
}

function requestOf(bulk_change_id: string, intent: Intent, ports: readonly Port[]): BulkChangeRequest {
  const { kinds } = kindsOf(intent, ports.map(plannedPort), { limit: 100, policy: 'one-call' })
  if (kinds.length > MOST_KINDS) throw new Error(`too many kinds: ${kinds.length}`)
  return {
    ...{ bulk_change_id, intent, note: null, words: 'the bench' },
    kinds: kinds.map(({ list, desired, ways, ports: own }) => ({
      planned_from: [...list],
      desired: [...desired],
      steps: ways.proposed.steps.map(({ step }) => step),
      ports: own.map(({ port_id, name, updated_at }) => ({ port_id, name, port_updated_at: updated_at })),
    })),
    pace: {
      ...{ first: 1000, growth: 1, largest_wave: 1000, pause_seconds: 0, stop_after: 1 },
      ports_per_minute: null,
    },
  }
}

async function allPorts(running: Running): Promise<Port[]> {
  const { ports } = (await ask(running, `/api${paths.ports(PROJECT)}?limit=2000`)) as { ports: Port[] }
  return ports
}

async function settled(running: Running, id: string): Promise<BulkChange> {
  for (let after = 0; ;) {
    const found = (await ask(running, `${bulkApi.one(id)}?after=${after}&wait=30`)) as {
      bulk_change: BulkChange
    }
    const { bulk_change } = found
    if (!['running', 'waiting', 'planning'].includes(bulk_change.state)) return bulk_change
    after = bulk_change.revision
  }
}

async function ask({ origin, cookie }: Running, path: string, body?: object): Promise<unknown> {
  const response = await fetch(origin + path, {
    headers: { cookie, origin, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return response.json()
}
