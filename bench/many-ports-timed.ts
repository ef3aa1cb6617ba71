import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Intent } from '../src/vpc/bulk/intent.ts'
import { kindsTraffic } from '../src/vpc/bulk/kinds-traffic.ts'
import { kindsOf, plannedPort, type PlannedPort } from '../src/vpc/bulk/kinds.ts'
import { groupsNamed } from '../src/vpc/bulk/intent-words.ts'
import { chance, rulesOf } from './estate-rules.ts'
import type { Figure } from './figures.ts'

const PORTS = 10_000
/** So many of them are chosen, for how the figures grow. */
const CHOSEN = [100, 1_000, 10_000]
const GROUPS = 2_000
const RULES = 15
const REMOTES = 40

type Add = (name: string, value: number, unit?: string, goal?: Figure['goal']) => void

const groupId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const portId = (n: number) => `00000000-0000-4000-9000-${String(n).padStart(12, '0')}`

/** Ports of an estate: as many lists as said, each port with one of them. */
function estatePorts(lists: number, next: () => number): PlannedPort[] {
  const some = Array.from({ length: lists }, () => {
    const groups = new Set([1])
    for (let n = Math.floor(next() * 7); n >= 0; n--) groups.add(2 + Math.floor(next() * (GROUPS - 2)))
    return [...groups].map(groupId).toSorted(() => next() - 0.5)
  })
  return Array.from({ length: PORTS }, (_, n) =>
    plannedPort({
      id: portId(n),
      name: `port-${n}`,
      security_groups: [...some[n % lists]!],
      private_ips: [{ ip_address: `10.${20 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}` }],
    }),
  )
}

/** Plans a change of many ports of a large estate: its kinds, and what traffic each changes. */
export function manyPorts(add: Add): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (const [lists, kind] of [
    [4, 'put'],
    [400, 'put'],
    [400, 'move'],
  ] as const)
    planChosen(add, collect, lists, kind)
}

function planChosen(add: Add, collect: () => void, lists: number, kind: 'put' | 'move'): void {
  const took: number[] = []
  for (const chosen of CHOSEN) {
    const next = chance(lists)
    const ports = estatePorts(lists, next)
    const remotes = Array.from({ length: REMOTES }, (_, n) => groupId(n))
    const rules = new Map(
      Array.from({ length: GROUPS }, (_, n) => [groupId(n), rulesOf(groupId(n), RULES, remotes, next)]),
    )
    const members = new Map(
      remotes.map((id) => [
        id,
        ports
          .filter(({ list }) => list.includes(id))
          .flatMap(({ addresses }) => addresses)
          .slice(0, 2000),
      ]),
    )
    const others = ports.slice(chosen, chosen + 2000).map(({ port_id, name, list }) => ({
      id: port_id,
      name,
      security_groups: [...list],
    }))
    const intent: Intent =
      kind === 'put'
        ? { kind, groups: [groupId(0)], order: 'above', group: groupId(1), where_missing: 'insert' }
        : { kind, groups: [groupId(1)], place: { kind: 'end' } }
    const plan = () => {
      const planning = { limit: 100, policy: 'choose' } as const
      const { kinds } = kindsOf(intent, ports.slice(0, chosen), planning)
      const comparing = kindsTraffic({
        kinds,
        way: kind === 'move' ? 'steps' : undefined,
        limit: 100,
        named: groupsNamed(intent),
        rules,
        members: (id) => members.get(id),
        others: { ports: others, unread: [] },
        guards: [{ name: 'no SSH', protocol: 'tcp', ports: '22', remote: 'anywhere' }],
      })
      let most = process.memoryUsage().heapUsed
      for (;;) {
        const step = comparing.next()
        if (step.done) return { most, kinds: step.value.kinds.length, result: step.value }
        // Asking takes longer than comparing a kind.
        if (step.value.done % 50 === 0) most = Math.max(most, process.memoryUsage().heapUsed)
      }
    }
    collect()
    const heap = process.memoryUsage().heapUsed
    const began = performance.now()
    const planned = plan()
    took.push(performance.now() - began)
    const name = `planning ${chosen.toLocaleString('en')} of ${PORTS.toLocaleString('en')} ports, ${planned.kinds} kinds (${kind})`
    add(name, took.at(-1)!, 'ms', chosen === 1_000 ? { below: 3000 } : undefined)
    add(`${name}: heap at its most`, (planned.most - heap) / 1e6, 'MB')
    collect()
    add(`${name}: heap of the result`, (process.memoryUsage().heapUsed - heap) / 1e6, 'MB')
    if (kind === 'put' && chosen === 1_000) {
      const started = performance.now()
      kindsOf(intent, ports, { limit: 100, policy: 'choose' })
      add(
        `kinds of ${PORTS.toLocaleString('en')} ports, ${planned.kinds} kinds`,
        performance.now() - started,
        'ms',
        {
          below: 1000,
        },
      )
    }
  }
  for (const [at, chosen] of CHOSEN.entries())
    if (at > 0)
      add(
        `planning grows, ${CHOSEN[at - 1]!.toLocaleString('en')} to ${chosen.toLocaleString('en')} ports, ${lists} lists (${kind})`,
        took[at]! / took[at - 1]!,
        'x',
      )
}
