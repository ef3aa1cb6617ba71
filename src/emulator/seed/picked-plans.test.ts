/** Which of several equal plans is picked, by the rules of the seeded estate. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import { equalPlans } from '../../vpc/equal-plans.ts'
import { sameList } from '../../vpc/list-difference.ts'
import { planChange, type ChangePlan } from '../../vpc/plan-change.ts'
import { explain, exposureOf, pickPlan, RuleBook } from '../../vpc/traffic/index.ts'
import { makeEstate } from './estate.ts'

const { security_groups, security_group_rules, ports } = makeEstate({ seed: 1 }).projects[0]!
const idOf = (name: string) => security_groups.find((group) => group.name === name)?.id ?? name
const nameOf = (id: string) => security_groups.find((group) => group.id === id)?.name ?? id
const ruleOf = (security_group_id: string, fields: Partial<SecurityGroupRule>): SecurityGroupRule => ({
  id: `${security_group_id}-rule`,
  security_group_id,
  direction: 'ingress',
  ethertype: 'IPv4',
  ...fields,
})
const rules = Object.fromEntries(
  security_groups.map(({ id }) => [id, security_group_rules.filter((rule) => rule.security_group_id === id)]),
)
const book = new RuleBook(
  {
    ...rules,
    'deny-ssh': [ruleOf('deny-ssh', { protocol: 'tcp', multiport: '22', action: 'deny' })],
    'allow-all': [ruleOf('allow-all', {})],
    'without-rules': [],
    'without-rules-too': [],
  },
  {
    membersOf: (id) =>
      ports
        .filter((port) => port.security_groups.includes(id))
        .flatMap((port) => port.private_ips?.map((ip) => ip.ip_address!) ?? []),
  },
)

const listsOf = ({ steps }: ChangePlan) => steps.map(({ after }) => after)
const candidate = (plan: ChangePlan, moved: readonly string[] = []) => ({
  lists: listsOf(plan),
  unasked: plan.moved.filter((id) => !moved.includes(id)).length,
})
const trafficOf = (plan: ChangePlan, current: readonly string[]) =>
  pickPlan(current, [candidate(plan)], book).inBetween

function picked(from: string[], to: string[], movedNames: string[] = []) {
  const [current, desired, moved] = [from, to, movedNames].map((names) => names.map(idOf)) as [
    string[],
    string[],
    string[],
  ]
  const plans = equalPlans(current, desired, { moved })
  const { picked: place, inBetween } = pickPlan(
    current,
    plans.map((plan) => candidate(plan, moved)),
    book,
  )
  const opened = (flows: typeof inBetween) =>
    flows.flat().flatMap((flow) => (flow.change === 'newly_allowed' ? [explain(flow).split(':')[0]] : []))
  return {
    moved: plans[place]!.moved.map(nameOf),
    opened: opened(inBetween),
    openedByDefault: opened(trafficOf(planChange(current, desired), current)),
  }
}

describe('the plan that opens least in between', () => {
  test('takes off web-public, and not the quarantine that it is dragged beneath', () => {
    const found = picked(
      ['web-public', 'quarantine', 'shop-prod-web'],
      ['quarantine', 'web-public', 'shop-prod-web'],
    )
    expect(found.moved).toEqual(['web-public'])
    expect(found.opened).toEqual([])
    expect(found.openedByDefault.join()).toContain('8080')
  })

  test('moves two allowing groups rather than the denial of SSH', () => {
    const found = picked(
      ['monitoring-agents', 'deny-ssh', 'allow-all'],
      ['deny-ssh', 'monitoring-agents', 'allow-all'],
    )
    expect(found.moved).toEqual(['monitoring-agents'])
    expect(found.opened).toEqual([])
    expect(found.openedByDefault.join()).toContain('TCP 22 (SSH) from anywhere')
  })

  test('is the one that moves what the operator moved, where traffic is alike', () => {
    const names = ['without-rules', 'without-rules-too']
    const swapped = names.toReversed()
    for (const name of names) expect(picked(names, swapped, [name]).moved).toEqual([name])
  })

  test('is picked for every reorder: no equal plan opens less', () => {
    const ids = security_groups.map(({ id }) => id)
    const reorders = fc
      .shuffledSubarray(ids, { minLength: 3, maxLength: 5 })
      .chain((current) =>
        fc.tuple(fc.constant(current), fc.shuffledSubarray(current, { minLength: current.length })),
      )
    fc.assert(
      fc.property(reorders, ([current, desired]) => {
        const plans = equalPlans(current, desired)
        const { inBetween } = pickPlan(
          current,
          plans.map((plan) => candidate(plan)),
          book,
        )
        const [fromAnywhere, fromOthers] = exposureOf(inBetween) as [number, number]
        for (const lists of allEqualPlans(current, desired, planChange(current, desired))) {
          const other = pickPlan(current, [{ lists, unasked: 0 }], book)
          const [anywhere, others] = exposureOf(other.inBetween) as [number, number]
          expect(fromAnywhere).toBeLessThanOrEqual(anywhere * (1 + 1e-9))
          if (fromAnywhere === anywhere) expect(fromOthers).toBeLessThanOrEqual(others * (1 + 1e-9))
        }
      }),
      { numRuns: 300 },
    )
  })
})

/**
 * The lists of every plan that removes as few groups by as few calls as `plan`: by trying out each
 * removal and each insert of neighbours. Knows nothing of how plans are made.
 */
function allEqualPlans(current: string[], desired: string[], plan: ChangePlan): string[][][] {
  const found: string[][][] = []
  const removed = plan.moved.length + plan.detached.length
  const follow = (lists: string[][], list: string[], left: number) => {
    if (sameList(list, desired)) {
      if (left === 0) found.push(lists)
      return
    }
    if (lists.length === plan.steps.length) return
    for (const next of nextLists(list, desired, left)) {
      const gone = list.filter((id) => !next.includes(id)).length
      follow([...lists, next], next, left - gone)
    }
  }
  follow([], current, removed)
  return found
}

function* nextLists(list: string[], desired: string[], most: number): Iterable<string[]> {
  for (let some = 1; some < 2 ** list.length; some++) {
    const stay = list.filter((_, at) => !(some & (1 << at)))
    if (stay.length > 0 && list.length - stay.length <= most) yield stay
  }
  for (let from = 0; from < desired.length; from++)
    for (let end = from + 1; end <= desired.length; end++) {
      const run = desired.slice(from, end)
      if (run.some((id) => list.includes(id))) continue
      for (let index = 0; index <= list.length; index++) yield list.toSpliced(index, 0, ...run)
    }
}
