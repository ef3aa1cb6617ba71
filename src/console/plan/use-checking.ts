import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { StepCheck } from '../../vpc/checks.ts'
import { sameList } from '../../vpc/list-difference.ts'
import type { ChangePlan } from '../../vpc/plan-change.ts'
import type { Arrangement } from '../arrangement/arrangement.ts'
import { outdate } from '../proxy-client/order.ts'
import { CallError } from '../proxy-client/call-error.ts'
import { readPortAnew } from '../proxy-client/queries.ts'
import type { Planned } from './use-plan.ts'

/** The dry run of the plan, and what it found for this very arrangement. */
export type Checking = {
  start: () => void
  busy: boolean
  /** One for each step; undefined while this arrangement has not been checked. */
  checks: readonly StepCheck[] | undefined
  /** Groups that the platform refused, and why. */
  refusals: ReadonlyMap<string, string>
  /** An earlier arrangement was checked, this one was not. */
  outdated: boolean
  error: unknown
}

/** No group was refused. */
export const NO_REFUSALS: ReadonlyMap<string, string> = new Map()

/**
 * Checks the plan of an arrangement. The result is for this arrangement only: any change ends it.
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
    meta: { refused: 'The dry run was not finished.' },
    mutationFn: async (asked: { arrangement: Arrangement; plan: ChangePlan }) => {
      // Loaded with the plan's panel, whose button starts this.
      const { dryRunPlan, refusedGroups } = await import('./check-result.ts')
      try {
        const checks = await dryRunPlan(project, port, {
          planned_from: [...asked.arrangement.madeFor],
          desired: [...asked.arrangement.desired],
          steps: asked.plan.steps.map(({ step }) => step),
        })
        return { checks, refusals: refusedGroups(asked.plan.steps, checks) }
      } catch (error) {
        if (!(error instanceof CallError && error.error_code === 'Portside.ListChanged')) throw error
        // With the list read anew, the page first asks what becomes of the arrangement.
        await readPortAnew(queryClient, project, port)
        return null
      }
    },
    // The audit log has a dry run more, however it ended.
    onSettled: () => outdate(queryClient, ['records']),
  })
  return useMemo(() => {
    const asked = variables?.arrangement
    // Sending an arrangement gives it an operation ID, and leaves both lists the same.
    const same =
      asked !== undefined &&
      asked.desired === arrangement.desired &&
      asked.past === arrangement.past &&
      !('problem' in plan) &&
      variables !== undefined &&
      sameSteps(variables.plan, plan)
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

/** An equal plan may have been picked since. */
function sameSteps(one: ChangePlan, other: ChangePlan): boolean {
  return one === other || stepsText(one) === stepsText(other)
}

function stepsText({ steps }: ChangePlan): string {
  return JSON.stringify(steps.map(({ step }) => step))
}
