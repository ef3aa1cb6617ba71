import { expect, test } from 'vitest'
import type { ChangeStep } from '../vpc/change-step.ts'
import { ALL_PORT_CALLS } from '../vpc/port-calls.ts'
import { planChange, type PlanWay } from '../vpc/plan-change.ts'
import { planPolicies } from '../vpc/plan-policies.ts'
import type { ProxyError } from './errors.ts'
import type { Planning } from './planning.ts'
import { refuseWrongPlan } from './wrong-plan.ts'

const [a, b] = ['aaaaaaaa-0000-4000-8000-000000000001', 'bbbbbbbb-0000-4000-8000-000000000002'] as const

const PLANNING: Planning = {
  limit: 100,
  policy: 'choose',
  offered: ['steps', 'one-call'],
  calls: ALL_PORT_CALLS,
}

/** The field that a plan from one list to another is refused for. */
function refusedField(planned_from: string[], desired: string[]): string | undefined {
  const steps = planChange(planned_from, desired).steps.map(({ step }) => step)
  try {
    refuseWrongPlan({ planned_from, desired, steps }, PLANNING)
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

const PLANS = {
  'one-call': {
    planned_from: [a, b],
    desired: [b, a],
    steps: [{ kind: 'replace' as const, security_groups: [b, a] }],
  },
  steps: {
    planned_from: [a, b],
    desired: [b, a],
    steps: planChange([a, b], [b, a]).steps.map(({ step }) => step),
  },
}

test('a replacement is the only step: beside others it would overwrite unread', () => {
  const replace: ChangeStep = { kind: 'replace', security_groups: [b, a] }
  const insert: ChangeStep = { kind: 'insert', security_groups: [b] }
  const plans = [
    { planned_from: [a], desired: [b, a], steps: [insert, replace] },
    { planned_from: [a, b], desired: [b, a], steps: [replace, replace] },
  ]
  for (const policy of planPolicies)
    for (const plan of plans)
      expect(() => refuseWrongPlan(plan, { ...PLANNING, policy })).toThrow(
        'must be the only step of its plan',
      )
})

test.each<[PlanWay, PlanWay]>([
  ['one-call', 'steps'],
  ['steps', 'one-call'],
])('where only %s is offered it is taken, whatever is settled; %s is not', (only, other) => {
  for (const policy of planPolicies) {
    const planning = { ...PLANNING, policy, offered: [only] }
    expect(() => refuseWrongPlan(PLANS[only], planning)).not.toThrow()
    expect(() => refuseWrongPlan(PLANS[other], planning)).toThrow('the platform offers no such call here')
  }
})
