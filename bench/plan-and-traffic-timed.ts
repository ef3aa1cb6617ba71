// Built, and run in a process of its own: prints the figures as JSON.
import { compareTraffic } from '../src/console/traffic/compare-traffic.ts'
import { pictureOf } from '../src/console/traffic/picture-of.ts'
import type { SecurityGroupRule } from '../src/vpc/security-group.ts'
import { planChange } from '../src/vpc/plan-change.ts'
import { RuleBook, trafficOfPlan } from '../src/vpc/traffic/index.ts'
import { ruleTable } from '../src/vpc/traffic/rule-table.ts'
import { chance, rulesOf } from './estate-rules.ts'
import { median, type Figure } from './figures.ts'
import { manyPorts } from './many-ports-timed.ts'

const groupId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const groupIds = (count: number) => Array.from({ length: count }, (_, n) => groupId(n))

function shuffled(ids: readonly string[], next: () => number): string[] {
  return ids
    .map((id) => ({ id, place: next() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ id }) => id)
}

/**
 * The time that `act` takes, in ms: the median of many calls, after enough of them that its code is
 * compiled.
 */
function timed(act: () => unknown, { atLeastMs = 400 } = {}): number {
  const times: number[] = []
  const began = performance.now()
  while (performance.now() - began < atLeastMs || times.length < 6) {
    const started = performance.now()
    act()
    times.push(performance.now() - started)
  }
  return median(times.slice(Math.floor(times.length / 3)))
}

const figures: Figure[] = []
function add(name: string, value: number, unit = 'ms', goal?: Figure['goal']) {
  figures.push({ subject: 'plan and traffic', name, unit, values: [value], ...(goal && { goal }) })
}

const planned: Record<number, number> = {}
for (const size of [10, 100]) {
  const next = chance(size)
  const current = groupIds(size)
  const desired = shuffled(current, next)
  planned[size] = timed(() => planChange(current, desired))
  add(`planChange, ${size} groups shuffled`, planned[size], 'ms', size === 100 ? { below: 1 } : undefined)
  const [half, others] = [current.slice(size / 2), groupIds(size + size / 2).slice(size)]
  const replaced = shuffled([...half, ...others], next)
  add(
    `planChange, ${size} groups, half replaced, shuffled`,
    timed(() => planChange(current, replaced)),
  )
}
add('planChange grows, 10 to 100 groups', planned[100]! / planned[10]!, 'x')

const compared = new Map<string, number>()
for (const [groups, rules] of [
  [10, 10],
  [10, 50],
  [50, 50],
  [100, 50],
] as const) {
  const next = chance(groups * rules)
  const current = groupIds(groups)
  const book = Object.fromEntries(current.map((id) => [id, rulesOf(id, rules, groupIds(groups), next)]))
  const moved = [...current.slice(1), current[0]!]
  const compare = (desired: string[]) =>
    trafficOfPlan({ portSecurity: true, lists: [current, desired], book: new RuleBook(book) })
  const size = `${groups} groups x ${rules} rules`
  const first = performance.now()
  compare(moved)
  const cold = performance.now() - first
  const warm = timed(() => compare(moved))
  compared.set(size, warm)
  const goal = groups === 100 || groups * rules === 100 ? { below: 100 } : undefined
  add(`traffic difference, ${size}, top moved to end`, warm, 'ms', goal)
  if (groups === 100) add(`the same, first time in a process that compared smaller ones`, cold)
  const shuffle = shuffled(current, next)
  add(
    `traffic difference, ${size}, shuffled`,
    timed(() => compare(shuffle)),
    'ms',
    goal,
  )
}
const [small, large] = [compared.get('10 groups x 10 rules')!, compared.get('100 groups x 50 rules')!]
add('traffic difference grows, 100 to 5,000 rules', large / small, 'x')

// All that the console's worker computes for a port: the difference, and the rules that can never
// match.
for (const [remotes, addresses] of [
  [0, 0],
  [2, 100],
  [2, 2000],
  [20, 100],
  [20, 2000],
] as const) {
  const next = chance(5000 + remotes + addresses)
  const current = groupIds(100)
  const rules = Object.fromEntries(current.map((id) => [id, rulesOf(id, 50, groupIds(remotes || 100), next)]))
  const part = (below: number) => Math.floor(next() * below)
  const scattered = () => Array.from({ length: addresses }, () => `10.${part(60)}.${part(256)}.${part(256)}`)
  const members = Object.fromEntries(groupIds(remotes).map((id) => [id, scattered()]))
  const resolved =
    remotes === 0
      ? 'remote groups named only'
      : `${remotes} remote groups of ${addresses} scattered addresses`
  add(
    `the picture, 100 groups x 50 rules, ${resolved}, top moved to end`,
    timed(() =>
      pictureOf({
        kind: 'picture',
        direction: 'ingress',
        lists: [current, [...current.slice(1), current[0]!]],
        rules,
        members,
      }),
    ),
  )
  for (const [name, desired] of [
    ['top moved to end', [...current.slice(1), current[0]!]],
    ['shuffled', shuffled(current, next)],
  ] as const)
    add(
      `the worker's result, 100 groups x 50 rules, ${resolved}, ${name}`,
      timed(() => compareTraffic({ portSecurity: true, lists: [current, desired], rules, members })),
      'ms',
      { below: 100 },
    )
}

// The table of all rules of a port. `wide`: half of the rules are for all services of a network, so
// that thousands of them meet at each port. `wide, named`: a tenth have a group as remote, too.
for (const kind of ['mixed', 'wide', 'wide, named'] as const) {
  const next = chance(5002)
  const current = groupIds(100)
  const wideRule = (rule: SecurityGroupRule): SecurityGroupRule => {
    const network = `10.${Math.floor(next() * 60)}.${Math.floor(next() * 256)}`
    const isWide = next() < 0.5
    const group = kind === 'wide, named' ? rule.remote_group_id : null
    return {
      ...rule,
      direction: 'ingress',
      ethertype: 'IPv4',
      protocol: isWide ? null : 'tcp',
      multiport: isWide ? null : `${1 + Math.floor(next() * 9000)}`,
      remote_group_id: group,
      remote_ip_prefix: group ? null : isWide ? `${network}.0/24` : `${network}.7/32`,
    }
  }
  const rules = new Map(
    current.map((id) => {
      const made = rulesOf(id, 50, current, next)
      return [id, kind === 'mixed' ? made : made.map(wideRule)] as const
    }),
  )
  const moved = [...current.slice(1), current[0]!]
  for (const lists of [[current], [current, moved]])
    add(
      `table of rules, 100 groups x 50 ${kind} rules, ${lists.length === 1 ? 'one list' : 'two lists'}`,
      timed(() => ruleTable(lists, new RuleBook(rules), rules)),
      'ms',
      { below: 100 },
    )
}

manyPorts(add)

console.log(JSON.stringify(figures))
