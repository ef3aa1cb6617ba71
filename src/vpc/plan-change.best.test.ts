import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planChange, type ChangePlan } from './plan-change.ts'

const word = (text: string) => [...text]
/** What a plan costs, in the order in which it counts. */
type PlanCost = { removed: number; calls: number; gaps: number }

/**
 * The cheapest way from one list to another, found by going through every insert and every remove
 * that the platform allows (Dijkstra's search over lists). Knows nothing of how planChange plans;
 * only for lists of a few groups.
 */
function cheapestCost(current: string[], desired: string[], limit: number): PlanCost {
  const goal = desired.join()
  const both = current.filter((id) => desired.includes(id))
  const universe = [...new Set([...current, ...desired])]
  const costs = new Map<string, number>([[current.join(), 0]])
  const queues = new Map<number, string[]>([[0, [current.join()]]])
  const settled = new Set<string>()

  for (;;) {
    const cost = Math.min(...queues.keys())
    const queue = queues.get(cost)
    if (queue === undefined) throw new Error('no way from one list to the other')
    const key = queue.pop()
    if (queue.length === 0) queues.delete(cost)
    if (key === undefined || settled.has(key)) continue
    if (key === goal)
      return { removed: Math.floor(cost / 1e4), calls: Math.floor(cost / 100) % 100, gaps: cost % 100 }
    settled.add(key)
    const list = key === '' ? [] : key.split(',')
    for (const [next, removed] of nextLists(list, universe, limit)) {
      const nextKey = next.join()
      if (next.length === 0 && nextKey !== goal) continue
      const off = both.some((id) => !next.includes(id))
      const nextCost = cost + removed * 1e4 + 100 + (off ? 1 : 0)
      if (settled.has(nextKey) || nextCost >= (costs.get(nextKey) ?? Infinity)) continue
      costs.set(nextKey, nextCost)
      const later = queues.get(nextCost)
      if (later) later.push(nextKey)
      else queues.set(nextCost, [nextKey])
    }
  }
}

function* nextLists(list: string[], universe: string[], limit: number): Iterable<[string[], number]> {
  for (let some = 1; some < 2 ** list.length; some++) {
    const stay = list.filter((_, at) => !(some & (1 << at)))
    yield [stay, list.length - stay.length]
  }
  const absent = universe.filter((id) => !list.includes(id))
  for (const groups of orderedChoices(absent, limit - list.length))
    for (let index = 0; index <= list.length; index++) yield [list.toSpliced(index, 0, ...groups), 0]
}

function* orderedChoices(ids: string[], most: number): Iterable<string[]> {
  if (most <= 0) return
  for (const id of ids) {
    yield [id]
    for (const rest of orderedChoices(
      ids.filter((other) => other !== id),
      most - 1,
    ))
      yield [id, ...rest]
  }
}
const costOf = (plan: ChangePlan) => ({
  removed: plan.steps.reduce(
    (sum, { step }) => sum + (step.kind === 'remove' ? step.security_groups.length : 0),
    0,
  ),
  calls: plan.steps.length,
  gaps: plan.steps.filter(({ offThePort }) => offThePort.length > 0).length,
})

/** Every ordered list of some of `universe`, up to `limit` long. */
const listsOf = (universe: string[], limit: number): string[][] =>
  limit === 0
    ? [[]]
    : [
        [],
        ...universe.flatMap((id) =>
          listsOf(
            universe.filter((other) => other !== id),
            limit - 1,
          ).map((rest) => [id, ...rest]),
        ),
      ]

describe('no plan is better', () => {
  test.each([2, 3, 4])(
    'a search through all plans of four groups, at most %d, finds none better',
    (limit) => {
      for (let count = 0; count <= limit; count++) {
        const current = word('abcd').slice(0, count)
        for (const desired of listsOf(word('abcd'), limit))
          expect([current, desired, costOf(planChange(current, desired, { limit }))]).toEqual([
            current,
            desired,
            cheapestCost(current, desired, limit),
          ])
      }
    },
  )

  test('nor for four groups in any order with a fifth among them', () => {
    for (const desired of listsOf(word('abcdx'), 5).filter((list) => list.length === 5))
      expect([desired, costOf(planChange(word('abcd'), desired))]).toEqual([
        desired,
        cheapestCost(word('abcd'), desired, 100),
      ])
  })

  test('nor for lists of up to six groups', () => {
    const lists = fc.integer({ min: 2, max: 6 }).chain((limit) =>
      fc.record({
        limit: fc.constant(limit),
        current: fc.integer({ min: 0, max: limit }).map((count) => word('abcdef').slice(0, count)),
        desired: fc.shuffledSubarray(word('abcdef'), { maxLength: limit }),
      }),
    )
    fc.assert(
      fc.property(lists, ({ limit, current, desired }) => {
        expect(costOf(planChange(current, desired, { limit }))).toEqual(cheapestCost(current, desired, limit))
      }),
      { numRuns: 500 },
    )
  })
})
