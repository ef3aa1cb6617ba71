import { expect, test } from 'vitest'
import { planChange } from '../vpc/plan-change.ts'
import type { ProxyError } from './errors.ts'
import { refuseWrongPlan } from './wrong-plan.ts'

const [a, b] = ['aaaaaaaa-0000-4000-8000-000000000001', 'bbbbbbbb-0000-4000-8000-000000000002'] as const

/** The field that a plan from one list to another is refused for. */
function refusedField(planned_from: string[], desired: string[]): string | undefined {
  const steps = planChange(planned_from, desired).steps.map(({ step }) => step)
  try {
    refuseWrongPlan({ planned_from, desired, steps }, { limit: 100, policy: 'choose' })
  } catch (error) {
    return (error as ProxyError).error.fields?.[0]?.path
  }
  return undefined
}

test('a group that is spelled in two ways is refused: to the platform it is one', () => {
  // It would insert the group that is there already, and then remove it.
  expect(refusedField([a, b], [b, a.toUpperCase()])).toBe('desired.1')
  expect(refusedField([a, a.toUpperCase()], [a])).toBe('planned_from.1')
  expect(refusedField([a, b], [b, a])).toBeUndefined()
  expect(refusedField([a.toUpperCase(), b], [b, a.toUpperCase()])).toBeUndefined()
})
