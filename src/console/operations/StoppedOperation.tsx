import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState, type JSX, type ReactNode } from 'react'
import { sameList } from '../../vpc/list-difference.ts'
import { PlanRefused, type PlanWay } from '../../vpc/plan-change.ts'
import type { PlanPolicy } from '../../vpc/plan-policies.ts'
import { chosenPlan, planWays, wayOf } from '../../vpc/plan-ways.ts'
import type { Port } from '../../vpc/port.ts'
import type { Operation, OperationChoice } from '../../vpc/portside-api.ts'
import { confirmsGuards } from '../../vpc/traffic/guards.ts'
import { groupNames, type GroupFacts } from '../facts/group-facts.ts'
import { chooseForOperation } from '../proxy-client/choose-for-operation.ts'
import { portOperationsQuery, takeOperation } from '../proxy-client/operations.ts'
import { guardsRefused } from '../traffic/broken-guards.ts'
import { ConfirmGuards } from '../traffic/ConfirmGuards.tsx'
import { namesOf } from '../traffic/traffic-words.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { Id } from '../ui/Id.tsx'
import { Notice } from '../ui/Notice.tsx'
import { ListComparison } from '../facts/ListComparison.tsx'
import styles from './Operation.module.css'
import { OperationSteps } from './OperationSteps.tsx'
import { planWords } from '../facts/change-words.ts'
import { TrafficOfChoice, TrafficRightNow } from './StoppedTraffic.tsx'

type StoppedOperationProps = {
  operation: Operation
  port: Port
  facts: GroupFacts
  /** How many groups a port takes. */
  limit: number
  /** How this team wants changes made. */
  policy: PlanPolicy
  /** The ways that the platform offers here. */
  offered: readonly PlanWay[]
  /** Why this user may not choose. */
  forbidden: string | undefined
}

/** An operation that stopped half-way: what is true now, and the three ways on. */
export function StoppedOperation(props: StoppedOperationProps): JSX.Element {
  return props.operation.too_large ? <TooLarge {...props} /> : <Stopped {...props} />
}

function Stopped(props: StoppedOperationProps): JSX.Element {
  const { operation, port, facts, limit, policy, offered, forbidden } = props
  const { status, steps, error, list_now, off_the_port, desired, before } = operation
  const choice = useChoice(operation)
  const [typed, setTyped] = useState('')
  // When a guard is broken: the choice that the proxy refused.
  const refused = choice.variables?.kind
  const broken = guardsRefused(choice.error, namesOf(facts))
  const heading = useRef<HTMLSpanElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const done = steps.filter((step) => step.status === 'done').length
  const title =
    status === 'interrupted'
      ? `Portside stopped while it changed this port: ${done} of ${steps.length} steps are done`
      : `A change to this port stopped after ${done} of ${steps.length} steps`
  const known = { project: operation.project_id, port, facts }
  const ways = { ...known, operation, limit, policy, offered }
  const blocked = forbidden ?? (choice.isPending ? 'Your choice is being sent' : undefined)
  const button = (kind: OperationChoice, label: string, primary = false) => {
    const pending = choice.isPending && refused === kind
    const guarded = broken !== undefined && refused === kind
    const unnamed = guarded && !confirmsGuards(typed, port) ? 'Type the port’s name or ID first' : undefined
    return (
      <Button
        variant={primary ? 'primary' : 'secondary'}
        busy={pending}
        disabledReason={pending ? undefined : (blocked ?? unnamed)}
        onClick={() => choice.mutate({ kind, confirmedBy: guarded ? typed.trim() : undefined })}
      >
        {label}
      </Button>
    )
  }
  return (
    <Notice
      tone="danger"
      role="alert"
      title={
        <span ref={heading} tabIndex={-1}>
          {title}
        </span>
      }
    >
      <p>
        {list_now === null ? (
          <>The port’s list could not be read since: which groups are on it is unknown.</>
        ) : off_the_port.length === 0 ? (
          <>Every group that should stay is on the port.</>
        ) : (
          <>
            <b>Off the port right now: {groupNames(facts, off_the_port, 20)}.</b> Their rules do not apply.
          </>
        )}
      </p>
      {list_now !== null && sameList(list_now, desired) && <p>The port has the planned list.</p>}
      {list_now !== null && <TrafficRightNow {...known} now={list_now} before={before} />}
      {error && (
        <p>
          Why: {error.error_msg} <code>{error.error_code}</code>
          {error.advice !== undefined && ` ${error.advice}`}{' '}
          {error.request_id ? (
            <span className={styles.requestId}>
              Request ID <Id value={error.request_id} label="request ID" />
            </span>
          ) : (
            'No request ID was given.'
          )}
        </p>
      )}
      <details>
        <summary>Its steps, and the list now and as planned</summary>
        <div className={styles.stopped}>
          <OperationSteps operation={operation} facts={facts} shown={error} />
          {list_now !== null && (
            <ListComparison
              before={list_now}
              after={desired}
              beforeTitle="On the port now"
              afterTitle="Planned"
              facts={facts}
            />
          )}
        </div>
      </details>
      {broken !== undefined && (
        <ConfirmGuards
          port={port}
          broken={broken}
          act={refused === 'go-on' ? 'finish the change' : 'roll back'}
          typed={typed}
          onTyped={setTyped}
        />
      )}
      <div className={styles.choices}>
        <div className={styles.choice}>
          {button('go-on', 'Finish the change', true)}
          <Way {...ways} to={desired} />
        </div>
        <div className={styles.choice}>
          {button('go-back', 'Roll back')}
          <Way {...ways} to={before} />
        </div>
        <div className={styles.choice}>
          {button('leave', 'Leave as it is')}
          <span>Sends nothing: the port keeps the list that it has now.</span>
        </div>
      </div>
      {choice.error !== null && broken === undefined && (
        <ErrorPanel
          error={choice.error}
          title="Your choice was not accepted"
          unknown={{
            title: 'Whether your choice was accepted is unknown',
            text: 'If it was, this page shows it as soon as the proxy responds again. It is safe to choose the same again.',
          }}
        />
      )}
    </Notice>
  )
}

type WayProps = Omit<StoppedOperationProps, 'forbidden'> & { project: string; to: readonly string[] }

/** What a choice sends, as the proxy would plan it, and what that does to traffic. */
function Way({ operation, to, project, port, facts, limit, policy, offered }: WayProps): JSX.Element {
  const { list_now: from, steps } = operation
  const plan = useMemo(() => {
    if (from === null) return undefined
    try {
      return chosenPlan(planWays(from, to, { limit, policy, offered }), wayOf(steps.map(({ step }) => step)))
    } catch (reason) {
      if (reason instanceof PlanRefused) return { problem: reason.message }
      throw reason
    }
  }, [from, to, limit, policy, offered, steps])
  if (plan === undefined || from === null)
    return <span>Portside reads the port first, then plans the calls from its list.</span>
  if ('problem' in plan) return <span>Portside can’t plan this: {plan.problem}.</span>
  if (plan.steps.length === 0) return <span>Sends nothing: the port has this list already.</span>
  return (
    <div>
      Sends {planWords(plan, facts)}.{' '}
      <TrafficOfChoice project={project} port={port} facts={facts} from={from} plan={plan} />
    </div>
  )
}

/** One that an earlier Portside accepted: nothing but how it ended is read. */
function TooLarge(props: LeaveOnlyProps): JSX.Element {
  return (
    <LeaveOnly {...props} title="A change to this port stopped, and is too large to show">
      An earlier version of Portside accepted it, with more steps or groups than Portside accepts today. Look
      at the port’s list, then leave it as it is; arrange it anew where it is wrong.
    </LeaveOnly>
  )
}

/** One on a port that the platform has no more: to leave it is all that can be chosen. */
export function StoppedWithoutPort(props: LeaveOnlyProps): JSX.Element {
  return (
    <LeaveOnly {...props} title="A change to this port stopped, and the platform has no such port">
      Nothing can be sent to it. Leave the change as it is: it then waits for nobody, and its record stays.
    </LeaveOnly>
  )
}

type LeaveOnlyProps = Pick<StoppedOperationProps, 'operation' | 'forbidden'>

function LeaveOnly(props: LeaveOnlyProps & { title: string; children: ReactNode }): JSX.Element {
  const { operation, forbidden, title, children } = props
  const choice = useChoice(operation)
  return (
    <Notice tone="danger" role="alert" title={title}>
      <p>{children}</p>
      <div className={styles.choices}>
        <Button
          busy={choice.isPending}
          disabledReason={choice.isPending ? undefined : forbidden}
          onClick={() => choice.mutate({ kind: 'leave', confirmedBy: undefined })}
        >
          Leave as it is
        </Button>
      </div>
      {choice.error !== null && <ErrorPanel error={choice.error} title="Your choice was not accepted" />}
    </Notice>
  )
}

function useChoice(operation: Operation) {
  const queryClient = useQueryClient()
  const { operation_id, project_id, port_id } = operation
  return useMutation({
    meta: { refused: 'Your choice about the stopped change was not accepted.' },
    mutationFn: ({ kind, confirmedBy }: { kind: OperationChoice; confirmedBy: string | undefined }) =>
      chooseForOperation(operation_id, kind, confirmedBy),
    onSuccess: (next) => takeOperation(queryClient, next),
    // A choice changes two operations, and after an error it may have been accepted all the same.
    onSettled: () =>
      queryClient.invalidateQueries({ queryKey: portOperationsQuery(project_id, port_id).queryKey }),
  })
}
