import { expect, test } from 'vitest'
import { ALL_PORT_CALLS } from '../vpc/offers.ts'
import type { PlanWay } from '../vpc/plan-change.ts'
import { planPolicies } from '../vpc/plan-ways.ts'
import { refuseWrongPlan } from './wrong-plan.ts'

const [A, B] = ['8edd3747-ccd4-49a1-82b9-a165eec314b4', '6c2d4540-3b7d-4207-a319-a7231b439995']
const lists = { planned_from: [A, B], desired: [B, A] }
const PLANS = {
  'one-call': { ...lists, steps: [{ kind: 'replace' as const, security_groups: [B, A] }] },
  steps: {
    ...lists,
    steps: [
      { kind: 'remove' as const, security_groups: [A] },
      { kind: 'insert' as const, security_groups: [A] },
    ],
  },
}

test.each<[PlanWay, PlanWay]>([
  ['one-call', 'steps'],
  ['steps', 'one-call'],
])('where only %s is offered it is taken, whatever is settled; %s is not', (only, other) => {
  for (const policy of planPolicies) {
    const planning = { limit: 100, policy, offered: [only], calls: ALL_PORT_CALLS }
    expect(() => refuseWrongPlan(PLANS[only], planning)).not.toThrow()
    expect(() => refuseWrongPlan(PLANS[other], planning)).toThrow('the platform offers no such call here')
  }
})
