import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import type { ChangePlan } from '../../vpc/plan-change.ts'
import type { Port } from '../../vpc/port.ts'
import { updatedAt } from '../../vpc/updated-at.ts'
import { SETTLED } from '../../vpc/portside-api.ts'
import { type Arrangement } from '../arrangement/arrangement.ts'
import { sameChange, sentAs } from '../arrangement/sent.ts'
import { startOperation } from '../proxy-client/start-operation.ts'
import { portOperationsQuery, takeOperation } from '../proxy-client/operations.ts'
import type { KnownOperation } from '../proxy-client/read-operations.ts'
import { useLatest } from '../hooks/latest.ts'
import type { Planned } from './use-plan.ts'

/** Applying the plan: first a question to the operator, then the start of the operation. */
export type Applying = {
  ask: () => void
  /** True while the operator is asked, about the very change that `planned` shows. */
  asking: boolean
  /**
   * Another tab changed the arrangement while the operator was asked, and so ended the question.
   */
  overtaken: boolean
  cancel: () => void
  /** Starts it; `confirmedBy` is what the operator typed where it breaks a guard. */
  start: (confirmedBy?: string) => void
  busy: boolean
  error: unknown
  /** Why this user may not apply. */
  forbidden: string | undefined
}

/**
 * Starts the operation that carries out the plan. Its ID is kept with the arrangement before
 * anything is sent: when the response is lost, sending again finds the same operation, even after a
 * reload.
 */
export function useApplying(options: {
  project: string
  port: Pick<Port, 'id' | 'updated_at'>
  planned: Planned
  /** The arrangement as the list shows it; `planned` may still be the one before. */
  arrangement: Arrangement
  isCurrent: () => boolean
  operations: readonly KnownOperation[]
  keep: (arrangement: Arrangement) => void
  /** Called with the operation's ID before it is sent. */
  onSend: (operationId: string) => void
  forbidden: string | undefined
}): Applying {
  const { project, port, planned, arrangement: now, isCurrent, operations, keep, onSend, forbidden } = options
  const queryClient = useQueryClient()
  const [asked, setAsked] = useState<Arrangement | null>(null)
  const [drawn, setDrawn] = useState<Arrangement | null>(null)
  const [overtakenBy, setOvertakenBy] = useState<Arrangement | null>(null)
  const latest = useLatest(now)
  const asking = asked !== null && sameChange(asked, planned.arrangement)
  // What is sent is what the operator was asked about: nothing takes its place in the dialog.
  if (asked !== null && !sameChange(asked, now)) {
    setAsked(null)
    // Before the dialog was there, the operator arranged on: keys are quicker than the plan.
    if (drawn === asked) setOvertakenBy(now)
  } else if (asking && drawn !== asked) setDrawn(asked)
  const overtaken = overtakenBy !== null && sameChange(overtakenBy, now)
  const {
    mutate,
    reset,
    isPending,
    isSuccess,
    variables,
    error: failure,
  } = useMutation({
    meta: { refused: 'Your request to apply the change started nothing.' },
    mutationFn: (sent: {
      arrangement: Arrangement
      plan: ChangePlan
      operation_id: string
      confirmedBy: string | undefined
    }) =>
      startOperation(project, port.id, {
        operation_id: sent.operation_id,
        planned_from: [...sent.arrangement.madeFor],
        desired: [...sent.arrangement.desired],
        steps: sent.plan.steps.map(({ step }) => step),
        port_updated_at: updatedAt(port),
        ...(sent.confirmedBy === undefined ? undefined : { confirmed_by: sent.confirmedBy }),
      }),
    onSuccess: async (operation) => {
      await takeOperation(queryClient, operation)
      setAsked(null)
    },
    // It may have started all the same, or another operation may be in the way: read them.
    onError: () =>
      queryClient.invalidateQueries({ queryKey: portOperationsQuery(project, port.id).queryKey }),
  })
  const sent = variables?.operation_id
  const isKnown = operations.some((one) => one.operation_id === sent)
  // It started, and the page shows it a moment later: nobody can apply it again meanwhile.
  const starting = isPending || (isSuccess && !isKnown)
  useEffect(() => {
    if (isSuccess && isKnown) reset()
  }, [isSuccess, isKnown, reset])
  const concerns = (planned.arrangement.operationId === sent || overtaken) && !isKnown
  // Nothing is wrong with another arrangement, nor with an operation that started after all.
  const error = concerns ? failure : null
  return useMemo(
    () => ({
      ask: () => {
        reset()
        setOvertakenBy(null)
        setAsked(latest.current)
      },
      asking,
      overtaken,
      cancel: () => setAsked(null),
      start: (confirmedBy) => {
        const { arrangement, plan } = planned
        if (starting || !isCurrent() || 'problem' in plan) return
        const operation_id = unfinishedId(operations, arrangement) ?? crypto.randomUUID()
        keep(sentAs(arrangement, operation_id))
        onSend(operation_id)
        mutate({ arrangement, plan, operation_id, confirmedBy })
      },
      busy: starting,
      error,
      forbidden,
    }),
    [
      planned,
      latest,
      isCurrent,
      operations,
      keep,
      onSend,
      forbidden,
      asking,
      overtaken,
      mutate,
      reset,
      starting,
      error,
    ],
  )
}

/**
 * The ID that the arrangement was sent as; null once that operation has ended, since sending the
 * same ID again would only return that end.
 */
function unfinishedId(operations: readonly KnownOperation[], { operationId }: Arrangement): string | null {
  const known = operations.find((one) => one.operation_id === operationId)
  return known !== undefined && SETTLED.has(known.status) ? null : operationId
}
