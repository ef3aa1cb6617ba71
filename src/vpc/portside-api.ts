import * as z from 'zod/mini'
import { portsideError, signInWays } from './errors.ts'
import { planPolicies } from './plan-policies.ts'
import { MOST_GROUPS_PER_PORT, port } from './port.ts'

export { signInWays, type SignInWay } from './errors.ts'
export * as api from './portside-paths.ts'

/**
 * A viewer looks, arranges and previews; an operator checks with dry runs and changes ports too.
 */
export const roles = ['viewer', 'operator'] as const

/** GET /api/session: who is signed in, and the projects that can be chosen. */
export const session = z.object({
  user: z.string(),
  role: z.enum(roles),
  /** How one signs in here; to a user who is not signed in, the 401 says it. */
  sign_in: z.enum(signInWays),
  projects: z
    .array(
      z.object({
        project_id: z.string(),
        name: z.string(),
        region: z.string(),
        endpoint: z.string(),
        /** At most this many security groups on one port. */
        groups_per_port: z.int().check(z.gte(1), z.lte(MOST_GROUPS_PER_PORT)),
      }),
    )
    .check(z.minLength(1)),
  /** True when the upstream is the embedded emulator: the console says so. */
  emulator: z.boolean(),
  /** How changes are made: by choice, or as the team has settled it. */
  changes: z.enum(planPolicies),
  /** True when there is a budget of calls: GET calls says what is left of it. */
  calls: z.boolean(),
  version: z.string(),
})
/** Who is signed in, and to what. */
export type Session = z.infer<typeof session>

const groupIds = z.array(z.string())

/**
 * A step of a plan in the journal or the audit log; see ChangeStep in change-step.ts. An earlier
 * Portside took longer lists than today's.
 */
export const changeStep = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('insert'), security_groups: groupIds, index: z.optional(z.int()) }),
  z.strictObject({ kind: z.literal('remove'), security_groups: groupIds }),
  z.strictObject({ kind: z.literal('replace'), security_groups: groupIds }),
])

/**
 * The state of one step. `sending`: the request is out, or was when the proxy died. `unknown`: no
 * response came, and reading the port back has not shown yet whether the step was done. `not_sent`:
 * the operation ended before this step.
 */
const stepStatus = z.enum(['pending', 'sending', 'done', 'failed', 'unknown', 'not_sent'])

/** One step of an operation, and its state. */
const operationStep = z.object({
  step: changeStep,
  /** The list that the port must have after this step. */
  expected: groupIds,
  /**
   * Groups that the port had before the operation, and will have after it, but not after this step.
   * For an operation that goes on or back, 'before' is before the first one of those it follows.
   */
  off_the_port: groupIds,
  status: stepStatus,
  request_id: z.nullish(z.string()),
  /** True when no response said that the step was done, but the port read back shows it. */
  found_by_reading: z.boolean(),
  attempts: z.number(),
  error: z.nullish(portsideError),
  sent_at: z.nullish(z.string()),
  ended_at: z.nullish(z.string()),
})
/** One step of an operation. */
export type OperationStep = z.infer<typeof operationStep>

/** States in which nothing more happens to an operation, unless the operator chooses. */
export const settledStatuses = [
  'done',
  'list_changed',
  'stopped',
  'interrupted',
  'left',
  'superseded',
] as const

/**
 * - `queued`: waits for another operation on the same port.
 * - `running`: steps are being carried out. `waiting`: the platform asked to wait (429, 503); the
 *   proxy then goes on.
 * - `done`: the port has the desired list, as the platform's response or the port read back shows.
 * - `list_changed`: before the first step the port's list was not `planned_from`, or the port
 *   itself was changed since a replacement was planned; nothing was sent.
 * - `stopped`: a step failed, or the list was not as expected between steps; the operator chooses
 *   how to go on.
 * - `interrupted`: the proxy died on the way; found at start, read back; the operator chooses.
 * - `left`: the operator left the list as it is.
 * - `superseded`: the operator chose to go on or back, or a later operation on the port was done;
 *   it is `followed_by`.
 */
export const operationStatus = z.enum(['queued', 'running', 'waiting', ...settledStatuses])
/** The state of an operation. */
export type OperationStatus = z.infer<typeof operationStatus>

/** An operation as lists show it. */
export const operationSummary = z.object({
  operation_id: z.string(),
  project_id: z.string(),
  port_id: z.string(),
  user: z.string(),
  /** What it was made for: a change, or the operator's choice after an operation that stopped. */
  purpose: z.enum(['change', 'go_on', 'go_back']),
  follows: z.nullish(z.string()),
  followed_by: z.nullish(z.string()),
  created_at: z.string(),
  /** Counts up with every change of the operation: `?after=revision` waits for the next. */
  revision: z.number(),
  status: operationStatus,
  /**
   * The port's list as the last read or response had it; null before the first. Where operations
   * are listed, only one that is `left` has it.
   */
  list_now: z.nullable(groupIds),
  /**
   * When it last changed. In lists only of one that is `left` or `list_changed`: the console reads
   * the others in full where it needs them.
   */
  updated_at: z.optional(z.string()),
  /**
   * True of one that an earlier Portside took with more steps or groups than are taken today, too
   * large to be read: its lists, steps and port are left out. The operator can choose to leave it;
   * its audit record (audit-log.ts) has its plan.
   */
  too_large: z.optional(z.boolean()),
})
/** An operation as lists show it. */
export type OperationSummary = z.infer<typeof operationSummary>

/**
 * The header of GET port that says when the proxy asked the platform for it, as an ISO time of the
 * proxy's clock, which also gives an operation its `updated_at`.
 */
export const ASKED_AT_HEADER = 'portside-asked-at'

/** A change to one port's list, carried out step by step. */
const operation = z.object({
  ...operationSummary.shape,
  updated_at: z.string(),
  planned_from: groupIds,
  desired: groupIds,
  /** The port's `updated_at` when `planned_from` was read; null where it is not known. */
  port_updated_at: z.nullish(z.string()),
  /**
   * The list that `go-back` leads to: `planned_from`, or that of the first operation of those that
   * this one follows.
   */
  before: groupIds,
  steps: z.array(operationStep),
  /** When `list_now` was read. */
  list_read_at: z.nullable(z.string()),
  /**
   * Groups that the port had before (as for the steps), and will have at the end, but that are not
   * in `list_now`: off the port right now. While a step is under way, or its response is lost, also
   * those that may be off the port.
   */
  off_the_port: groupIds,
  /** While `waiting`: when the next try is made. */
  next_try_at: z.nullish(z.string()),
  /** Why it stopped. */
  error: z.nullish(portsideError),
  /** The Port as the platform last returned it, and the request ID of that response. */
  port: z.nullish(port),
  request_id: z.nullish(z.string()),
})
/** An operation in full. */
export type Operation = z.infer<typeof operation>

/**
 * Response of POST portOperations and GET operation (`?after=revision&wait=seconds` waits for a
 * newer revision).
 */
export const operationResponse = z.object({ operation })
/**
 * Response of GET portOperations: a page, newest first; `next` is null at the end. Each operation
 * is read in full by its ID.
 */
export const operationsResponse = z.object({
  operations: z.array(operationSummary),
  next: z.nullable(z.string()),
})

/**
 * The operator's choices for an operation that is `stopped` or `interrupted`, POSTed without a body
 * or with a choiceRequest: `go-on` plans from the list as it is now to the desired one, `go-back`
 * to `before`, `leave` keeps it. The guards apply to the first two as to a change, compared with
 * the list as it is now; their response is the new operation.
 */
export const operationChoices = ['go-on', 'go-back', 'leave'] as const
/** The operator's choice after an operation stopped. */
export type OperationChoice = (typeof operationChoices)[number]

/** As settledStatuses, to look one up. */
export const SETTLED: ReadonlySet<OperationStatus> = new Set(settledStatuses)
