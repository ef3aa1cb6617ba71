/** What is asked of Portside's own API (portside-api.ts), as the proxy checks it. */
import * as z from 'zod/mini'
import { uuid } from './ids.ts'
import { boundedList, boundedText, isRow, MOST_STEPS } from './limits.ts'
import { MOST_GROUPS_PER_PORT } from './port.ts'

const askedGroups = boundedList(uuid, MOST_GROUPS_PER_PORT, 'security groups')
const askedStep = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('insert'),
    security_groups: askedGroups,
    index: z.optional(
      z
        .int()
        .check(
          z.gte(0, 'must be 0 or more'),
          z.lte(MOST_GROUPS_PER_PORT, `must be at most ${MOST_GROUPS_PER_PORT}`),
        ),
    ),
  }),
  z.strictObject({ kind: z.literal('remove'), security_groups: askedGroups }),
  z.strictObject({ kind: z.literal('replace'), security_groups: askedGroups }),
])

/** A plan in a request: `steps` must lead from `planned_from` to `desired`. */
export const planLists = {
  planned_from: askedGroups,
  desired: askedGroups,
  steps: boundedList(askedStep, MOST_STEPS, 'steps').check(z.minLength(1, 'must have at least one step')),
}

/** The port's name or ID, typed by the operator: allows a change that breaks a guard. */
const confirmedBy = z.optional(boundedText())

/**
 * POST portOperations: carry out a plan. The console makes `operation_id`, so that sending it again
 * after a lost response finds the same operation. `steps` must lead from `planned_from` to
 * `desired`, exactly as the operator saw them.
 */
export const operationRequest = z.strictObject({
  operation_id: uuid,
  ...planLists,
  /**
   * The port's `updated_at` when `planned_from` was read: with another one, no list is replaced.
   */
  port_updated_at: z.nullish(boundedText(64)),
  confirmed_by: confirmedBy,
})
/** A plan to carry out. */
export type OperationRequest = z.infer<typeof operationRequest>

/** POST operationChoice: the body, where there is one. */
export const choiceRequest = z.strictObject({ confirmed_by: confirmedBy })

/** GET portOperations: a page, 50 where `limit` is left out. */
export const operationsQuery = z.strictObject({
  limit: z.optional(z.int().check(z.gte(1, 'must be 1 or more'), z.lte(100, 'must be at most 100'))),
  /** `next` of the page before. */
  after: z.optional(boundedText(19).check(z.refine(isRow, 'must be the `next` of a response'))),
})
/**
 * POST portChecks: dry-run a plan. `steps` must lead from `planned_from` to
 * `desired`; nothing is changed.
 */
export const checkRequest = z.strictObject(planLists)
/** A plan to check. */
export type CheckRequest = z.infer<typeof checkRequest>
