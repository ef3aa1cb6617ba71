import { useQuery } from '@tanstack/react-query'
import { useState, type JSX } from 'react'
import type { StepCheck } from '../../vpc/checks.ts'
import { addressesOf } from '../../vpc/port-facts.ts'
import type { Port } from '../../vpc/port.ts'
import { textOf } from '../../vpc/shown.ts'
import type { ChangePlan } from '../../vpc/plan-change.ts'
import { confirmsGuards } from '../../vpc/traffic/guards.ts'
import type { GroupFacts } from '../facts/group-facts.ts'
import { guardsRefused, useBrokenGuards } from '../traffic/broken-guards.ts'
import { ConfirmGuards } from '../traffic/ConfirmGuards.tsx'
import { ALL } from '../traffic/flow-filter.ts'
import { isDangerous, namesOf } from '../traffic/traffic-words.ts'
import { TrafficInFull } from '../traffic/TrafficInFull.tsx'
import { TrafficSummary } from '../traffic/TrafficSummary.tsx'
import { portsOf, type TrafficState } from '../traffic/use-traffic.ts'
import { sessionQuery } from '../proxy-client/queries.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Facts } from '../ui/Facts.tsx'
import { Notice } from '../ui/Notice.tsx'
import styles from './ApplyDialog.module.css'
import { isPassed } from './check-result.ts'
import { Exposure } from './Exposure.tsx'
import { NoGroupLeft } from './NoGroupLeft.tsx'
import { NotStarted } from './NotStarted.tsx'
import { ListComparison } from '../facts/ListComparison.tsx'
import type { Applying } from './use-applying.ts'
import { capitalized } from '../facts/capitalized.ts'
import { changeWords, connectionWords, counted } from '../facts/change-words.ts'

type ApplyDialogProps = {
  project: string
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

/**
 * Asks before the port is changed: names it, and shows in full what changes for traffic, what is
 * off the port meanwhile, and both lists.
 */
export function ApplyDialog({
  project,
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
  const danger = (secured && after.length === 0) || isDangerous(traffic)
  const compared = traffic.state === 'compared' ? traffic : undefined
  const known = useQuery(sessionQuery()).data?.projects
  const projectName = known?.find(({ project_id }) => project_id === project)?.name
  const portName = textOf(port.name)
  return (
    <Dialog
      open
      wide
      title="Apply this change?"
      danger={danger}
      onClose={applying.busy ? () => {} : applying.cancel}
      footer={
        <>
          <Button disabledReason={applying.busy ? 'It is being sent' : undefined} onClick={applying.cancel}>
            Cancel
          </Button>
          <Button
            variant={danger ? 'critical' : 'primary'}
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
        <Facts>
          <dt>Port</dt>
          <dd>
            {portName !== undefined && <b>{portName}</b>} <code>{port.id}</code>
          </dd>
          <dt>Address</dt>
          <dd>{addressesOf(port).join(', ') || 'none'}</dd>
          <dt>Project</dt>
          <dd>
            {projectName !== undefined && <b>{projectName}</b>} <code>{project}</code>
          </dd>
        </Facts>
        <p>
          {changeWords(plan)}, in {calls}
          {plan.steps.length > 1 && ', one after the other'}. Portside reads the list first, and sends nothing
          if it has changed.
        </p>
        {checked === undefined ? (
          <Notice tone="warn" title="This arrangement had no dry run" />
        ) : (
          !isPassed(checked) && (
            <Notice tone="danger" title="The dry run did not pass">
              The platform will probably refuse it again, at the same step.
            </Notice>
          )
        )}
        <NoGroupLeft plan={plan} port={port} />
        <TrafficSummary traffic={traffic} names={names} />
        {compared?.result.kind === 'differences' && (
          <TrafficInFull
            result={compared.result}
            lists={compared.question.lists}
            filter={ALL}
            names={names}
            of=", of this change"
          />
        )}
        {guarded && <ConfirmGuards port={port} broken={broken} typed={typed} onTyped={setTyped} />}
        <Exposure plan={plan} facts={facts} />
        {secured && (
          <details open={plan.steps.length <= 3}>
            <summary>Open connections</summary>
            <ul>
              {plan.steps.map(({ step }, n) => (
                <li key={n}>
                  {plan.steps.length > 1 && <b>Step {n + 1}. </b>}
                  {capitalized(connectionWords(step, facts, portsOf(traffic)))}
                </li>
              ))}
            </ul>
          </details>
        )}
        <ListComparison before={before} after={after} beforeTitle="Before" afterTitle="After" facts={facts} />
      </div>
    </Dialog>
  )
}
