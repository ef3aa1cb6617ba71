import type { JSX } from 'react'
import type { ChangePlan } from '../../vpc/plan-change.ts'
import { portSecurityOf } from '../../vpc/port-facts.ts'
import type { Port } from '../../vpc/port.ts'
import { Notice } from '../ui/Notice.tsx'

type NoGroupLeftProps = { plan: ChangePlan; port: Port }

/** Said of a plan that takes the last group off a port, and what that means. */
export function NoGroupLeft({ plan, port }: NoGroupLeftProps): JSX.Element | null {
  if (!leavesNoGroup(plan)) return null
  return portSecurityOf(port) === false ? (
    <Notice tone="warn" title="No group will be left">
      Groups have no effect on this port, as its port_security_enabled is false.
    </Notice>
  ) : (
    <Notice tone="danger" title="No group will be left">
      Without security groups no rule matches, and the port’s traffic is denied.
    </Notice>
  )
}

/** True when the plan takes the last group off the port. */
export function leavesNoGroup(plan: ChangePlan): boolean {
  return plan.steps.at(-1)?.after.length === 0
}
