import * as z from 'zod/mini'
import { portsideError } from './errors.ts'
import { isUuid, projectId, uuid } from './ids.ts'
import { boundedList, boundedText, isRow, LONGEST_SEARCH } from './limits.ts'
import { changeStep, operationChoices, settledStatuses } from './portside-api.ts'

/**
 * The audit log: every dry run and every operation has an audit record, for good. These calls read
 * them; nothing changes one.
 */
export const auditLogApi = {
  /** GET, with auditLogQuery: the audit records, newest first, as auditLogResponse. */
  records: () => '/api/records',
  /** GET: one audit record with all its entries, as auditRecordResponse. */
  record: (id: string) => `/api/records/${encodeURIComponent(id)}`,
  /** GET, with exportQuery: all audit records that the filters leave, as a file. */
  exported: () => '/api/records/export',
} as const

/** The format of a file of records. */
export const exportFormat = z.enum(['csv', 'jsonl'])

const groupIds = z.array(z.string())

/** What an audit record is of: a dry run, or an operation by its purpose. */
export const auditRecordKinds = ['dry_run', 'change', 'go_on', 'go_back'] as const
/** What an audit record is of. */
export type AuditRecordKind = (typeof auditRecordKinds)[number]

/**
 * How an operation ended (portside-api.ts, operationStatus), or a dry run. `passed`: every step
 * passed the check; `refused`: a step did not; `incomplete`: not every step could be checked.
 */
export const auditOutcomes = [...settledStatuses, 'passed', 'refused', 'incomplete'] as const
const auditOutcome = z.enum(auditOutcomes)
/** How an operation or a dry run ended. */
export type AuditOutcome = (typeof auditOutcomes)[number]

const otherPortsCounts = {
  ports: z.number(),
  rules: z.number(),
  flows: z.object({ newly_allowed: z.number(), newly_denied: z.number(), undecided: z.number() }),
}

/**
 * What happened, in the order in which it was written. `step` counts from 0; null where it concerns
 * none.
 * - `request`: about to be sent, exactly so. `answer`: the response, with the platform's own words
 *   in `text` (at most MAX_RESPONSE_TEXT characters, `cut` when there were more), or why there was
 *   none. Never headers.
 * - `portside_check`: a step of a dry run that the platform can't check (checks.ts), checked by
 *   Portside alone. `not_asked`: a step that was left out after an earlier call to the platform
 *   failed.
 * - `read`: the port's list as read from the platform; null when it could not be read.
 * - `confirmed`: the plan breaks guards, and the operator typed the port's name or ID.
 * - `other_ports`: what the plan changes of the traffic of other ports: how many ports, rules that
 *   decide it, and flows, at its end and (`in_between`) only between its steps; what was not
 *   compared. Compared before it was sent where there are guards, else soon after its end. Where
 *   groups come or go, have an effect on the port, and there is no such entry, it was not
 *   compared: the proxy ended before.
 * - `answered`: the operator's choice after an operation that ended early.
 * - `taken_over`: a proxy took the operation over: the one that carried it out had ended.
 * - `copied`: the audit record was made from the journal of a Portside that had no audit log.
 * - `end`: how it ended, and the list after; the last one counts. `followed_by`: the operation that
 *   took its place.
 */
const auditEntry = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('request'),
    at: z.string(),
    step: z.number(),
    method: z.string(),
    path: z.string(),
    body: z.unknown(),
  }),
  z.object({
    kind: z.literal('answer'),
    at: z.string(),
    step: z.number(),
    result: z.enum(['done', 'passed', 'refused', 'unknown', 'not_sent']),
    /** The HTTP status of the platform's response, where there was one. */
    status: z.nullable(z.number()),
    request_id: z.nullable(z.string()),
    text: z.nullable(z.string()),
    cut: z.optional(z.boolean()),
    error: z.nullable(portsideError),
  }),
  z.object({
    kind: z.literal('portside_check'),
    at: z.string(),
    step: z.number(),
    problem: z.nullable(z.string()),
  }),
  z.object({ kind: z.literal('not_asked'), at: z.string(), step: z.number() }),
  z.object({
    kind: z.literal('read'),
    at: z.string(),
    list: z.nullable(groupIds),
    port_name: z.nullable(z.string()),
    request_id: z.nullable(z.string()),
    error: z.nullable(portsideError),
  }),
  z.object({ kind: z.literal('confirmed'), at: z.string(), typed: z.string(), guards: z.array(z.string()) }),
  z.object({
    kind: z.literal('other_ports'),
    at: z.string(),
    ...otherPortsCounts,
    /** Missing in older audit records. */
    in_between: z.optional(z.object(otherPortsCounts)),
    not_compared: z.array(z.string()),
    /** Calls of the platform for it, where they are not among those of `end`. */
    calls: z.optional(z.number()),
  }),
  z.object({
    kind: z.literal('answered'),
    at: z.string(),
    answer: z.enum(operationChoices),
    user: z.string(),
  }),
  z.object({ kind: z.literal('taken_over'), at: z.string() }),
  z.object({ kind: z.literal('copied'), at: z.string(), port_name: z.nullable(z.string()) }),
  z.object({
    kind: z.literal('end'),
    at: z.string(),
    outcome: auditOutcome,
    list: z.nullable(groupIds),
    error: z.nullable(portsideError),
    followed_by: z.nullable(z.string()),
    /** Calls of the platform that were made for it, reads too; missing in older audit records. */
    calls: z.optional(z.number()),
  }),
])
/** One thing that happened. */
export type AuditEntry = z.infer<typeof auditEntry>
/** The most characters of a response that are kept. */
export const MAX_RESPONSE_TEXT = 64 * 1024

/** The most groups that `changed_groups` names. */
export const MOST_CHANGED_GROUPS = 6

/** An audit record as lists show it. */
export const auditRecordSummary = z.object({
  /** The operation's ID, where it is of one. */
  record_id: z.string(),
  kind: z.enum(auditRecordKinds),
  project_id: z.string(),
  port_id: z.string(),
  /** The bulk change (bulk-changes-api.ts) that it is a part of. */
  bulk_change_id: z.nullish(z.string()),
  /** As the port was called when it was read for this. */
  port_name: z.nullable(z.string()),
  user: z.string(),
  /**
   * The user's ID at the provider that signed them in, and their role then; null where it is not
   * known.
   */
  subject: z.nullable(z.string()),
  role: z.nullable(z.string()),
  at: z.string(),
  steps: z.number(),
  /** Groups that the plan adds, moves and takes off; null where the list before is not known. */
  changes: z.nullable(z.object({ added: z.number(), moved: z.number(), detached: z.number() })),
  /**
   * The first of these (MOST_CHANGED_GROUPS), with their positions from 0: added ones have no
   * `from`, detached ones no `to`. Null where `changes` is, and of lists too large to be read.
   */
  changed_groups: z.nullable(
    z.array(z.object({ id: z.string(), from: z.nullable(z.number()), to: z.nullable(z.number()) })),
  ),
  /** Requests of steps that were sent; the entry `end` counts the reads too. */
  calls: z.number(),
  /** Of all responses, oldest first. */
  request_ids: z.array(z.string()),
  /** Null: no end was written. `under_way`: the journal says that it still is. */
  outcome: z.nullable(auditOutcome),
  under_way: z.boolean(),
  ended_at: z.nullable(z.string()),
  error_code: z.nullable(z.string()),
})
/** An audit record as lists show it. */
export type AuditRecordSummary = z.infer<typeof auditRecordSummary>

/** An audit record in full. */
const auditRecord = z.object({
  ...auditRecordSummary.shape,
  /**
   * The list that it was planned from, and the list that was wanted; null for a single dry run by
   * the platform's own call.
   */
  before: z.nullable(groupIds),
  planned: z.nullable(groupIds),
  /**
   * Where undoing leads: `before`, or for one that goes on or back, the list before the first of
   * those it follows.
   */
  undo_to: z.nullable(groupIds),
  /** The list after, as the entry `end` has it; null while nobody has read it. */
  after: z.nullable(groupIds),
  plan: z.array(changeStep),
  follows: z.nullable(z.string()),
  entries: z.array(auditEntry),
})
/** An audit record in full. */
export type AuditRecord = z.infer<typeof auditRecord>

/** A day (UTC), or a time in full. */
const moment = boundedText(40).check(
  z.refine(isMoment, 'must be a day as 2026-11-24, or a time as 2026-11-24T08:00:00Z'),
)

/** The most groups of one name that a search names. */
const MOST_SOUGHT_GROUPS = 20

const filters = {
  project_id: z.optional(projectId),
  port_id: z.optional(uuid),
  bulk_change_id: z.optional(uuid),
  /**
   * The beginning of a port's name (or of a word in it), of a user's name, or of any ID; a group's
   * ID whole.
   */
  q: z.optional(
    z.string().check(z.maxLength(LONGEST_SEARCH, `must have at most ${LONGEST_SEARCH} characters`)),
  ),
  /**
   * With `q`: audit records that name one of these groups are found too. The console knows the IDs
   * of a group's name.
   */
  q_group: z.optional(boundedList(uuid, MOST_SOUGHT_GROUPS, 'groups')),
  user: z.optional(boundedText()),
  kind: z.optional(z.enum(auditRecordKinds)),
  /** `open`: no end was written. */
  status: z.optional(z.enum([...auditOutcomes, 'open'])),
  from: z.optional(moment),
  /** A day: to its end. */
  to: z.optional(moment),
}

/** The query of GET records. */
export const auditLogQuery = z.strictObject({
  ...filters,
  limit: z.optional(z.int().check(z.gte(1, 'must be 1 or more'), z.lte(200, 'must be at most 200'))),
  /** `next` of the page before. */
  after: z.optional(boundedText(40).check(z.refine(isCursor, 'must be the `next` of a response'))),
})
/** The query of GET records. */
type AuditLogQuery = z.infer<typeof auditLogQuery>
/** What audit records can be filtered by. */
export type AuditLogFilters = Omit<AuditLogQuery, 'limit' | 'after'>

/**
 * Filters of GET export, and the file's format: `csv` has one line for each audit record, `jsonl`
 * each in full.
 */
export const exportQuery = z.strictObject({ ...filters, format: exportFormat })

/** Response of GET records: a page, newest first; `next` is null at the end. */
export const auditLogResponse = z.object({
  records: z.array(auditRecordSummary),
  next: z.nullable(z.string()),
})
/** Response of GET record. */
export const auditRecordResponse = z.object({ record: auditRecord })

/** The last moment of a Date, in milliseconds since 1970. */
const LAST_MOMENT = 8_640_000_000_000_000

/** True for a time and a row's number, as the end of a page is written. */
function isCursor(text: string): boolean {
  const [, at, row] = /^(\d{1,16})\.(\d+)$/.exec(text) ?? []
  return row !== undefined && Number(at) <= LAST_MOMENT && isRow(row)
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

function isMoment(text: string): boolean {
  return (
    (DAY.test(text) || /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(text)) &&
    !Number.isNaN(Date.parse(text))
  )
}

/** The first moment that a filter's `from` lets through. */
export function firstMoment(from: string): Date {
  return new Date(from)
}

/** The first moment that a filter's `to` no longer lets through: the day after, for a day. */
export function endMoment(to: string): Date {
  const time = new Date(to)
  if (DAY.test(to)) time.setUTCDate(time.getUTCDate() + 1)
  return time
}

/**
 * The texts that a search finds something by: all of it, and from each word in it on, in lower
 * case. So a search for 'public' finds 'web-public'.
 */
export function searchTerms(text: string): string[] {
  const whole = searchText(text)
  if (whole === '' || isUuid(whole)) return whole === '' ? [] : [whole]
  const terms = [whole]
  for (const { index } of whole.matchAll(/(?<=[^\p{L}\p{N}])[\p{L}\p{N}]/gu)) terms.push(whole.slice(index))
  return terms.slice(0, 12)
}

/** A text as searches compare it. U+0000, which PostgreSQL's texts can't hold, is left out. */
export function searchText(text: string): string {
  return text.replaceAll('\0', '').trim().toLowerCase().slice(0, LONGEST_SEARCH)
}
