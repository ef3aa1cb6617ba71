import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyStep, stepsLead } from './change-step.ts'
import { equalPlans } from './equal-plans.ts'
import { planChange, type ChangePlan } from './plan-change.ts'

const list = fc.uniqueArray(fc.constantFrom(...'abcdefgh'), { maxLength: 8 })
const movedBy = (from: string, to: string, moved: string) =>
  equalPlans([...from], [...to], { moved: [...moved] }).map((plan) => plan.moved.join(''))
const cost = ({ steps, moved, detached }: ChangePlan) => [steps.length, moved.length + detached.length]

describe('plans of equal calls', () => {
  test('have the default first, then those that move what the operator moved', () => {
    expect(movedBy('ab', 'ba', '')).toEqual(['b', 'a'])
    expect(movedBy('abcd', 'bacd', 'a').slice(0, 2)).toEqual(['b', 'a'])
    const swaps = movedBy('abxcd', 'baxdc', 'ad')
    expect(swaps[0]).toBe('bd')
    expect(swaps[1]).toBe('ad')
    expect(swaps.toSorted()).toEqual(['ac', 'ac', 'ad', 'ad', 'bc', 'bc', 'bd', 'bd'])
  })

  test('lead to the list, cost the same, and differ', () => {
    fc.assert(
      fc.property(list, list, fc.integer({ min: 8, max: 10 }), (from, to, limit) => {
        const plans = equalPlans(from, to, { limit })
        expect(plans[0]).toEqual(planChange(from, to, { limit }))
        expect(plans.length).toBeLessThanOrEqual(24)
        for (const plan of plans) {
          const steps = plan.steps.map(({ step }) => step)
          expect(stepsLead(from, steps, to, limit)).toBeUndefined()
          expect(cost(plan)).toEqual(cost(plans[0]!))
        }
        expect(new Set(plans.map(({ steps }) => JSON.stringify(steps))).size).toBe(plans.length)
      }),
    )
  })

  test('have a bound, however many groups move', () => {
    const ids = Array.from({ length: 100 }, (_, n) => `g${n}`)
    const swapped = ids.map((_, n) => ids[n ^ 1]!)
    expect(equalPlans(ids, swapped)).toHaveLength(24)
    expect(equalPlans([], ids)).toHaveLength(1)
  })

  test('claim a check on the list of now only for what means the same there', () => {
    fc.assert(
      fc.property(list, list, (from, to) => {
        for (const { steps } of equalPlans(from, to))
          for (const [at, { step, after, independent }] of steps.entries()) {
            if (!independent || step.kind !== 'insert') continue
            const alone = applyStep(from, step)
            const earlier = steps.slice(0, at).flatMap((one) => one.step.security_groups)
            expect(alone).toEqual(after.filter((id) => !earlier.includes(id)))
          }
      }),
    )
  })
})
