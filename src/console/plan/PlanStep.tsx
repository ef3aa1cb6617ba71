import type { JSX, ReactNode } from 'react'
import { dryRunRequest, stepRequest } from '../../vpc/step-request.ts'
import type { StepCheck } from '../../vpc/checks.ts'
import type { PortCalls } from '../../vpc/port-calls.ts'
import type { PlannedStep } from '../../vpc/plan-change.ts'
import { groupName, groupNames, type GroupFacts } from '../facts/group-facts.ts'
import { markedGroups, withGroupLinks } from '../facts/group-links.tsx'
import { GroupName } from '../facts/GroupName.tsx'
import { Id } from '../ui/Id.tsx'
import { Icon } from '../ui/Icon.tsx'
import { NextFrame } from '../ui/NextFrame.tsx'
import { adviceFor } from '../errors/ErrorPanel.tsx'
import { CallError } from '../proxy-client/call-error.ts'
import styles from './PlanStep.module.css'
import { StepRequestView } from '../facts/StepRequestView.tsx'
import { connectionWords, indexWords, stepWords } from '../facts/change-words.ts'

type PlanStepProps = {
  project: string
  port: string
  planned: PlannedStep
  /** 1 is the first. */
  number: number
  of: number
  /** How many groups a port takes. */
  limit: number
  /** Which calls change a port here. */
  calls: PortCalls
  dryRun: boolean
  check: StepCheck | undefined
  facts: Pick<GroupFacts, 'groups'>
  /** The number of ports that have a group, where it is known. */
  portsOf: (id: string) => number | undefined
  /** False when groups, and so the change, have no effect on the port. */
  secured: boolean
  /** Groups placed or moved by the plan: they are marked in the resulting list. */
  marked: ReadonlySet<string>
}

/** One call of the plan: what it does, the request, the list after it, and what a check found. */
export function PlanStep(props: PlanStepProps): JSX.Element {
  const { project, port, limit, calls, planned, number, of } = props
  const { dryRun, check, facts, marked, portsOf, secured } = props
  const { step, before, after, independent } = planned
  const alone = of === 1
  const applied = stepRequest(step, project, port, calls)
  const checked = dryRun && independent ? dryRunRequest(step, before, project, port, limit, calls) : undefined
  const replaces = step.kind === 'replace'
  const request = replaces ? applied : (checked ?? applied)
  return (
    <li className={styles.step}>
      <h3 className={styles.title}>
        {!alone && <span className={styles.number}>Step {number}</span>}{' '}
        {withGroupLinks(stepWords(step, before.length, markedGroups(facts)), (id) => groupName(facts, id))}
      </h3>
      {step.kind === 'insert' && <p className={styles.note}>{indexWords(step.index, before.length)}</p>}
      {secured && <p className={styles.note}>Open connections: {connectionWords(step, facts, portsOf)}</p>}
      {dryRun && replaces && (
        <p className={styles.note}>
          The platform has no dry run for a replacement.{' '}
          {checked === undefined
            ? 'Portside checks the list; nothing is sent.'
            : `It checks that ${groupNames(facts, checked.body.port.security_groups)} can be inserted, and not the new order.`}
        </p>
      )}
      {dryRun && !independent && (
        <p className={styles.note}>
          Depends on an earlier step, so the dry run can’t send it. This is what Apply sends.
        </p>
      )}
      {check && <CheckWords check={check} number={number} replaces={replaces} facts={facts} />}
      <details className={styles.more}>
        <summary>Request</summary>
        {replaces && checked !== undefined && (
          <>
            <p className={styles.note}>The dry run sends:</p>
            <StepRequestView request={checked} />
            <p className={styles.note}>Apply sends:</p>
          </>
        )}
        <StepRequestView request={request} />
      </details>
      <details className={styles.more}>
        <summary>
          {number === of ? 'Resulting list' : `List after step ${number}`} ({after.length})
        </summary>
        <NextFrame>
          <ol className={styles.result}>
            {after.map((id, n) => (
              <li key={id} className={marked.has(id) ? styles.marked : undefined}>
                <span>{n + 1}</span> <GroupName id={id}>{groupName(facts, id)}</GroupName>
              </li>
            ))}
          </ol>
        </NextFrame>
      </details>
    </li>
  )
}

type CheckWordsProps = {
  check: StepCheck
  number: number
  replaces: boolean
  facts: Pick<GroupFacts, 'groups'>
}

function CheckWords({ check, number, replaces, facts }: CheckWordsProps): JSX.Element {
  switch (check.kind) {
    case 'platform':
      return (
        <Found ok>
          Checked by the platform (202): mandatory parameters, request format, constraints. Nothing was
          changed.
          {check.request_id !== null && <RequestId id={check.request_id} />}
        </Found>
      )
    case 'platform_partly':
      return (
        <Found ok>
          The platform checked (202) that {groupNames(facts, check.groups)} can be inserted. Not checked: the
          replacement itself. Nothing was changed.
          {check.request_id !== null && <RequestId id={check.request_id} />}
        </Found>
      )
    case 'portside':
      if (replaces)
        return <Found ok>Checked by Portside only: the platform can’t check this replacement.</Found>
      return (
        <Found ok>
          Checked by Portside only: the platform can’t check this step before{' '}
          {number === 2 ? 'step 1 is' : 'the steps before it are'} made.
        </Found>
      )
    case 'portside_refused':
      return <Found>Portside’s own check refused it: {check.problem}.</Found>
    case 'skipped':
      return <Found>Not checked: an earlier call to the platform failed.</Found>
    case 'refused':
      return <Found>Refused by the platform: {errorWords(new CallError(check.status, check.error))}</Found>
    case 'failed':
      return <Found>Not checked: {errorWords(new CallError(check.status, check.error))}</Found>
  }
}

function errorWords(error: CallError): ReactNode {
  return (
    <>
      {error.error_msg} <code>{error.error_code}</code>
      {error.status > 0 && ` (${error.status})`}. {adviceFor(error)}
      {error.request_id !== null && <RequestId id={error.request_id} />}
    </>
  )
}

function RequestId({ id }: { id: string }): JSX.Element {
  return (
    <span className={styles.requestId}>
      Request ID <Id value={id} label="request ID" />
    </span>
  )
}

function Found({ ok = false, children }: { ok?: boolean; children: ReactNode }): JSX.Element {
  return (
    <div className={ok ? styles.passed : styles.refused}>
      <Icon name={ok ? 'check' : 'warning'} />
      <div>{children}</div>
    </div>
  )
}
