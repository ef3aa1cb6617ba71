import { randomUUID } from 'node:crypto'
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
 * A bulk change on 1,000 ports in one wave, each by one call that replaces its list: how long, and
 * how many calls of the platform each port takes.
 */
export const bulkChanges: Subject = async () => {
  const running = await run({ ports: CHANGED + 100 })
  try {
    const groups = await idsOf(running, 'security_groups', KINDS + 2)
    const ids = await idsOf(running, 'ports', CHANGED)
    for (const [n, id] of ids.entries())
      await running.cloud.someoneElseSets(id, [groups[n % KINDS]!, groups.at(-2)!, groups.at(-1)!])
    const ports = (await allPorts(running)).filter(({ id }) => ids.includes(id))
    const time = newFigure('bulk changes', `${CHANGED} ports in one wave`, 's')
    const calls = newFigure('bulk changes', 'calls of the platform for each port', '', { below: 3.01 })
    const intent: Intent = { kind: 'move', groups: [groups.at(-1)!], place: { kind: 'top' } }
    const begun = performance.now()
    const id = randomUUID()
    await ask(running, bulkApi.ofProject(PROJECT), requestOf(id, intent, ports))
    const done = await settled(running, id)
    if (done.counts.done !== CHANGED) throw new Error(`not all are done: ${JSON.stringify(done.counts)}`)
    time.values.push((performance.now() - begun) / 1000)
    calls.values.push(done.calls / CHANGED)
    return [time, calls]
  } finally {
    await running.stop()
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
