import { useState, type JSX } from 'react'
import type { StepCheck } from '../../vpc/checks.ts'
import type { Port } from '../../vpc/port.ts'
import type { ChangePlan } from '../../vpc/plan-change.ts'
import { confirmsGuards } from '../../vpc/traffic/guards.ts'
import type { GroupFacts } from '../facts/group-facts.ts'
import { guardsRefused, useBrokenGuards } from '../traffic/broken-guards.ts'
import { ConfirmGuards } from '../traffic/ConfirmGuards.tsx'
import { namesOf } from '../traffic/traffic-words.ts'
import { TrafficSummary } from '../traffic/TrafficSummary.tsx'
import { portsOf, type TrafficState } from '../traffic/use-traffic.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Notice } from '../ui/Notice.tsx'
import styles from './ApplyDialog.module.css'
import { isPassed } from './check-result.ts'
import { Exposure } from './Exposure.tsx'
import { NotStarted } from './NotStarted.tsx'
import { ListComparison } from '../facts/ListComparison.tsx'
import type { Applying } from './use-applying.ts'
import { changeWords, connectionWords, counted } from '../facts/change-words.ts'

type ApplyDialogProps = {
  port: Port
  traffic: TrafficState
  before: readonly string[]
  /** False when groups have no effect on the port at all. */
  secured: boolean
  plan: ChangePlan
  facts: GroupFacts
  checked: readonly StepCheck[] | undefined
  applying: Applying
}

/** Asks before the port is changed: shows both lists, the calls, and what is off the port. */
export function ApplyDialog({
  port,
  traffic,
  before,
  secured,
  plan,
  facts,
  checked,
  applying,
}: ApplyDialogProps): JSX.Element {
  const after = plan.steps.at(-1)?.after ?? before
  const names = namesOf(facts, traffic)
  const expected = useBrokenGuards(traffic, names)
  const [typed, setTyped] = useState('')
  // The proxy's own finding counts more: it has just read the rules.
  const refused = guardsRefused(applying.error, names)
  const broken = refused ?? expected
  const guarded = broken.length > 0
  const unconfirmed = guarded && !confirmsGuards(typed, port)
  const calls = counted(plan.steps.length, 'call')
  return (
    <Dialog
      open
      wide
      title="Apply this change?"
      onClose={applying.busy ? () => {} : applying.cancel}
      footer={
        <>
          <Button disabledReason={applying.busy ? 'It is being sent' : undefined} onClick={applying.cancel}>
            Cancel
          </Button>
          <Button
            variant="primary"
            busy={applying.busy}
            disabledReason={unconfirmed ? 'Type the port’s name or ID first' : undefined}
            onClick={() => applying.start(guarded ? typed.trim() : undefined)}
          >
            {applying.error != null ? 'Send again' : 'Apply'}
          </Button>
        </>
      }
    >
      <div className={styles.body}>
        {applying.error != null && refused === undefined && <NotStarted error={applying.error} />}
        <p>
          {changeWords(plan)}, in {calls}
          {plan.steps.length > 1 && ', one after the other'}. Portside reads the list first, and sends nothing
          if it has changed.
        </p>
        {checked === undefined ? (
          <Notice tone="warn" title="No dry run">
            This arrangement had no dry run.
          </Notice>
        ) : (
          !isPassed(checked) && (
            <Notice tone="danger" title="The dry run did not pass">
              The platform will probably refuse it again, at the same step.
            </Notice>
          )
        )}
        <TrafficSummary traffic={traffic} names={names} />
        {guarded && <ConfirmGuards port={port} broken={broken} typed={typed} onTyped={setTyped} />}
        <Exposure plan={plan} facts={facts} />
        <details open={plan.steps.length <= 3}>
          <summary>Open connections</summary>
          <ul>
            {plan.steps.map(({ step }, n) => (
              <li key={n}>
                {plan.steps.length > 1 && <b>Step {n + 1}. </b>}
                {connectionWords(step, facts, portsOf(traffic))}
              </li>
            ))}
          </ul>
        </details>
        {after.length === 0 && (
          <Notice tone="warn" title="No group will be left">
            {secured
              ? 'Without security groups no rule matches, and the port’s traffic is denied.'
              : 'Groups have no effect on this port, as its port_security_enabled is false.'}
          </Notice>
        )}
        <ListComparison before={before} after={after} beforeTitle="Before" afterTitle="After" facts={facts} />
      </div>
    </Dialog>
  )
}
