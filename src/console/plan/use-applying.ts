import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { ChangePlan } from '../../vpc/plan-change.ts'
import type { Port } from '../../vpc/port.ts'
import { SETTLED } from '../../vpc/portside-api.ts'
import { sentAs, type Arrangement } from '../arrangement/arrangement.ts'
import { startOperation } from '../proxy-client/mutations.ts'
import { portOperationsQuery, takeOperation } from '../proxy-client/operations.ts'
import type { KnownOperation } from '../proxy-client/read-operations.ts'
import type { Planned } from './use-plan.ts'

/** Applying the plan: first a question to the operator, then the start of the operation. */
export type Applying = {
  ask: () => void
  asking: boolean
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
  isCurrent: () => boolean
  operations: readonly KnownOperation[]
  keep: (arrangement: Arrangement) => void
  /** Called with the operation's ID before it is sent. */
  onSend: (operationId: string) => void
  forbidden: string | undefined
}): Applying {
  const { project, port, planned, isCurrent, operations, keep, onSend, forbidden } = options
  const queryClient = useQueryClient()
  const [asking, setAsking] = useState(false)
  const {
    mutate,
    reset,
    isPending,
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
        port_updated_at: port.updated_at ?? null,
        ...(sent.confirmedBy === undefined ? undefined : { confirmed_by: sent.confirmedBy }),
      }),
    onSuccess: async (operation) => {
      await takeOperation(queryClient, operation)
      setAsking(false)
    },
    // It may have started all the same, or another operation may be in the way: read them.
    onError: () =>
      queryClient.invalidateQueries({ queryKey: portOperationsQuery(project, port.id).queryKey }),
  })
  const sent = variables?.operation_id
  const concerns =
    planned.arrangement.operationId === sent && !operations.some((one) => one.operation_id === sent)
  // Nothing is wrong with another arrangement, nor with an operation that started after all.
  const error = concerns ? failure : null
  return useMemo(
    () => ({
      ask: () => {
        reset()
        setAsking(true)
      },
      asking,
      cancel: () => setAsking(false),
      start: (confirmedBy) => {
        const { arrangement, plan } = planned
        if (isPending || !isCurrent() || 'problem' in plan) return
        const operation_id = unfinishedId(operations, arrangement) ?? crypto.randomUUID()
        keep(sentAs(arrangement, operation_id))
        onSend(operation_id)
        mutate({ arrangement, plan, operation_id, confirmedBy })
      },
      busy: isPending,
      error,
      forbidden,
    }),
    [planned, isCurrent, operations, keep, onSend, forbidden, asking, mutate, reset, isPending, error],
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
