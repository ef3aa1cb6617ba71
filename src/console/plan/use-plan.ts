import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback, useDeferredValue, useMemo, useState } from 'react'
import type { StepCheck } from '../../vpc/checks.ts'
import { sameList } from '../../vpc/list-difference.ts'
import { planChange, PlanRefused, type ChangePlan } from '../../vpc/plan-change.ts'
import { SETTLED } from '../../vpc/portside-api.ts'
import { sentAs, type Arrangement } from '../arrangement/arrangement.ts'
import { useLatest } from '../hooks/latest.ts'
import { startOperation } from '../proxy-client/mutations.ts'
import { operationsQuery, takeOperation } from '../proxy-client/operations.ts'
import { outdate } from '../proxy-client/order.ts'
import { ProxyError } from '../proxy-client/proxy-error.ts'
import { readPortAnew } from '../proxy-client/queries.ts'
import type { KnownOperation } from '../proxy-client/read-operations.ts'

/** Checking the plan, and what it found for this very arrangement. */
export type Checking = {
  start: () => void
  busy: boolean
  /** One a step; undefined while this arrangement has not been checked. */
  checks: readonly StepCheck[] | undefined
  /** Groups that the platform refused, and why. */
  refusals: ReadonlyMap<string, string>
  /** An earlier arrangement was checked, this one was not. */
  outdated: boolean
  error: unknown
}

/** Applying the plan: asking first, then starting the operation. */
export type Applying = {
  ask: () => void
  asking: boolean
  cancel: () => void
  /** Starts it; `confirmedBy` is what the operator typed where it breaks a guard. */
  start: (confirmedBy?: string) => void
  busy: boolean
  error: unknown
  /** Why this operator may not. */
  forbidden: string | undefined
}

/**
 * An arrangement and its plan, or why there is none: in one, so that none is ever shown with
 * another's.
 */
export type Planned = { arrangement: Arrangement; plan: ChangePlan | { problem: string } }

/**
 * The plan of an arrangement: `now`, for the list, and `shown`, for all that is drawn beside and
 * below it. That is long, and drawn anew only once the list is painted as the operator just
 * arranged it, a few frames later on a slow machine. What is shown of a plan, and what its buttons
 * do, comes from `shown` alone: its steps, check and traffic always belong together. As long as it
 * lags, `isCurrent` is false, and the buttons do nothing: what is checked or applied is what is
 * shown, and what the list shows.
 */
export function usePlan(
  arrangement: Arrangement,
  limit: number,
): {
  now: Planned
  shown: Planned
  isCurrent: () => boolean
} {
  const { madeFor, desired } = arrangement
  const plan = useMemo(() => planOrProblem(madeFor, desired, limit), [madeFor, desired, limit])
  const now = useMemo(() => ({ arrangement, plan }), [arrangement, plan])
  const before = useDeferredValue(now)
  // Another list on the port is news that does not wait.
  const shown = before.arrangement.madeFor === madeFor ? before : now
  const latest = useLatest(now)
  const isCurrent = useCallback(() => latest.current === shown, [latest, shown])
  return { now, shown, isCurrent }
}

function planOrProblem(
  madeFor: readonly string[],
  desired: readonly string[],
  limit: number,
): Planned['plan'] {
  try {
    return planChange(madeFor, desired, { limit })
  } catch (error) {
    if (!(error instanceof PlanRefused)) throw error
    const { message } = error
    return { problem: `${message.charAt(0).toUpperCase()}${message.slice(1)}.` }
  }
}

/** No group was refused. */
export const NO_REFUSALS: ReadonlyMap<string, string> = new Map()

/**
 * Checks the plan of an arrangement; a result holds for this arrangement only, and any change ends
 * it.
 */
export function useChecking(
  project: string,
  port: string,
  { arrangement, plan }: Planned,
  isCurrent: () => boolean,
): Checking {
  const queryClient = useQueryClient()
  const {
    mutate,
    variables,
    data,
    error: failure,
    isPending,
  } = useMutation({
    meta: { refused: 'The check was not finished.' },
    mutationFn: async (asked: { arrangement: Arrangement; plan: ChangePlan }) => {
      // Comes with the plan's panel, whose button starts this.
      const { dryRunPlan, refusedGroups } = await import('./check-plan.ts')
      try {
        const checks = await dryRunPlan(project, port, {
          planned_from: [...asked.arrangement.madeFor],
          desired: [...asked.arrangement.desired],
          steps: asked.plan.steps.map(({ step }) => step),
        })
        return { checks, refusals: refusedGroups(asked.plan.steps, checks) }
      } catch (error) {
        if (!(error instanceof ProxyError && error.error_code === 'Portside.ListChanged')) throw error
        // With the list as it is now, the page has another question first.
        await readPortAnew(queryClient, project, port)
        return null
      }
    },
    // It leaves a record, however it ended.
    onSettled: () => outdate(queryClient, ['records']),
  })
  return useMemo(() => {
    const asked = variables?.arrangement
    // Sending it does not make it another arrangement.
    const same =
      asked !== undefined && asked.desired === arrangement.desired && asked.past === arrangement.past
    const found = same && !isPending ? data : undefined
    return {
      start: () => {
        if (!isPending && isCurrent() && !('problem' in plan)) mutate({ arrangement, plan })
      },
      busy: isPending,
      checks: found?.checks,
      refusals: found?.refusals ?? NO_REFUSALS,
      outdated:
        asked !== undefined &&
        !same &&
        !isPending &&
        data != null &&
        sameList(asked.madeFor, arrangement.madeFor),
      error: same ? failure : null,
    }
  }, [arrangement, plan, isCurrent, mutate, variables, data, failure, isPending])
}

/**
 * Starts the operation that applies the plan. Its ID is kept with the arrangement before anything
 * is sent, so that sending again after a lost answer, even after a reload, finds the same
 * operation.
 */
export function useApplying(options: {
  project: string
  port: string
  planned: Planned
  isCurrent: () => boolean
  operations: readonly KnownOperation[]
  keep: (arrangement: Arrangement) => void
  /** Called with the operation's ID when it is about to be sent. */
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
      startOperation(project, port, {
        operation_id: sent.operation_id,
        planned_from: [...sent.arrangement.madeFor],
        desired: [...sent.arrangement.desired],
        steps: sent.plan.steps.map(({ step }) => step),
        ...(sent.confirmedBy === undefined ? undefined : { confirmed_by: sent.confirmedBy }),
      }),
    onSuccess: async (operation) => {
      await takeOperation(queryClient, operation)
      setAsking(false)
    },
    // The operation may have been started all the same, or another one may be in the way: look.
    onError: () => queryClient.invalidateQueries({ queryKey: operationsQuery(project, port).queryKey }),
  })
  const sent = variables?.operation_id
  const concerns =
    planned.arrangement.operationId === sent && !operations.some((one) => one.operation_id === sent)
  // It says nothing of another arrangement, nor of one that was started after all.
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
 * The ID it was sent as, unless that operation has come to an end: the same ID would only tell of
 * that end again.
 */
function unfinishedId(operations: readonly KnownOperation[], { operationId }: Arrangement): string | null {
  const known = operations.find((one) => one.operation_id === operationId)
  return known !== undefined && SETTLED.has(known.status) ? null : operationId
}
