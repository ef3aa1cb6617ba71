import * as z from 'zod/mini'
import { intent } from './bulk/intent.ts'
import { portsideError } from './errors.ts'
import { uuid } from './ids.ts'
import { boundedList, boundedText, isRow } from './limits.ts'
import { operationStatus } from './portside-api.ts'
import { planLists } from './portside-requests.ts'

/** The most ports of one bulk change. */
export const MOST_BULK_PORTS = 10_000
/** The most kinds of change in one bulk change. */
export const MOST_KINDS = 500
/** The most open bulk changes with the same ports that are named. */
export const MOST_OPEN_NAMED = 100
/**
 * The largest body of a request that begins one, in bytes: ports and kinds at their most fit in.
 */
export const LARGEST_BULK_BODY = 8 * 1024 * 1024

/** What a user decides about a bulk change that is under way. */
export const bulkChoices = ['pause', 'go-on', 'end'] as const
/** What a user decides about a bulk change that is under way. */
export type BulkChoice = (typeof bulkChoices)[number]

/**
 * Bulk changes: one change on many ports. Each port's part is an operation (portside-api.ts) with
 * its own audit record, which names the bulk change.
 */
export const bulkApi = {
  /** POST bulkChangeRequest: carry one out; response bulkChangeResponse. GET bulkChangesQuery. */
  ofProject: (project: string) => `/api/v3/${encodeURIComponent(project)}/bulk-changes`,
  /** POST openOnPortsRequest: which open ones still have some of these ports. */
  openOnPorts: (project: string) => `/api/v3/${encodeURIComponent(project)}/bulk-changes/open-on-ports`,
  /**
   * GET: one, as bulkChangeResponse (`?after=revision&wait=seconds` waits for a newer revision;
   * `kinds_from=number`: of the kinds before that, only what changes).
   */
  one: (id: string) => `/api/bulk-changes/${encodeURIComponent(id)}`,
  /** GET, with bulkPortsQuery: a page of its ports, as bulkPortsResponse. */
  ports: (id: string) => `/api/bulk-changes/${encodeURIComponent(id)}/ports`,
  /** GET: its audit entries, as bulkEntriesResponse. */
  entries: (id: string) => `/api/bulk-changes/${encodeURIComponent(id)}/entries`,
  /** POST, without a body or with bulkChoiceRequest; the response is bulkChangeResponse. */
  choice: (id: string, choice: BulkChoice) => `/api/bulk-changes/${encodeURIComponent(id)}/${choice}`,
  /** POST bulkUndoRequest: a new bulk change that takes this one back. */
  undo: (id: string) => `/api/bulk-changes/${encodeURIComponent(id)}/undo`,
} as const

/**
 * How it is carried out. The first wave has `first` ports, each later one `growth` times as many as
 * the one before, up to `largest_wave`.
 */
export const pace = z.strictObject({
  first: z.int().check(z.gte(1, 'must be 1 or more'), z.lte(1000, 'must be at most 1000')),
  growth: z.int().check(z.gte(1, 'must be 1 or more'), z.lte(10, 'must be at most 10')),
  largest_wave: z.int().check(z.gte(1, 'must be 1 or more'), z.lte(1000, 'must be at most 1000')),
  /** Seconds between waves; null: each waits for a user to go on. */
  pause_seconds: z.nullable(z.int().check(z.gte(0), z.lte(86_400, 'must be at most a day'))),
  /** After this many ports that failed in all, nothing more is begun until a user goes on. */
  stop_after: z.int().check(z.gte(1, 'must be 1 or more'), z.lte(1000, 'must be at most 1000')),
  /** At most this many ports are begun in a minute; null: as many as the budget of calls allows. */
  ports_per_minute: z.nullable(z.int().check(z.gte(1, 'must be 1 or more'), z.lte(6000))),
})
/** How a bulk change is carried out. */
export type Pace = z.infer<typeof pace>

const bulkPort = z.strictObject({
  port_id: uuid,
  /** As it was called when it was planned: for people. */
  name: z.nullable(boundedText()),
  /** As in operationRequest. */
  port_updated_at: z.nullish(boundedText(64)),
})

/** Ports with the same list, plan and traffic. */
const askedKind = z.strictObject({
  ...planLists,
  ports: boundedList(bulkPort, MOST_BULK_PORTS, 'ports').check(z.minLength(1, 'must have at least one port')),
})

/**
 * The number of ports, typed by the operator: allows changes that break a guard. Of an undo, it is
 * the number of ports of what is undone. Another number is refused.
 */
const confirmedBy = z.optional(boundedText(20))

/**
 * POST ofProject. The console makes `bulk_change_id`, so that sending it again after a lost
 * response finds the same one. No port is named twice. The order of kinds and ports is the order in
 * which they are carried out.
 */
export const bulkChangeRequest = z.strictObject({
  bulk_change_id: uuid,
  intent,
  /** What the user says of it: a ticket, a reason. */
  note: z.nullable(boundedText(200)),
  /** The intent in words, with the groups' names as they were: for the audit log. */
  words: boundedText(1000),
  kinds: boundedList(askedKind, MOST_KINDS, 'kinds').check(z.minLength(1, 'must have at least one kind')),
  pace,
  confirmed_by: confirmedBy,
  /**
   * The open bulk changes beside which it is to begin, though they still have some of its ports.
   * Beside any other it is refused (Portside.OpenBulkChange).
   */
  beside: z.optional(boundedList(uuid, MOST_OPEN_NAMED, 'bulk changes')),
})
/** A bulk change to carry out. */
export type BulkChangeRequest = z.infer<typeof bulkChangeRequest>

/**
 * POST choice. To go on counts only after the `wave` that the user saw, where it is given: so what
 * two users send, or one twice, does not begin two waves.
 */
export const bulkChoiceRequest = z.strictObject({
  wave: z.optional(z.int().check(z.gte(1, 'must be 1 or more'), z.lte(MOST_BULK_PORTS))),
})

/**
 * POST undo: at which pace; guards apply as to any change. What is undone has to be `done` or
 * `ended`, with no port under way. The new one begins in state `planning`.
 */
export const bulkUndoRequest = z.strictObject({ bulk_change_id: uuid, pace, confirmed_by: confirmedBy })

/**
 * - `planning`: an undo, of which the ports are being read; its kinds grow meanwhile.
 * - `running`: a wave is under way. `waiting`: between waves, for a user or for `next_wave_at`.
 * - `paused`: by a user; operations that had begun end first. `stopped`: too many ports failed, or
 *   those of an undo could not be read, with none begun.
 * - `ended`: by a user, before all ports had their turn. `done`: every port had its turn.
 */
const bulkStates = ['planning', 'running', 'waiting', 'paused', 'stopped', 'ended', 'done'] as const
/** The state of a bulk change. */
export type BulkState = (typeof bulkStates)[number]

/**
 * - `waiting`: not begun. `under_way`: its operation is queued or sends.
 * - `done`; `failed`: its operation stopped, was interrupted, or was refused before it began.
 * - `list_changed`: the port's list is no longer the planned one, nothing was sent.
 * - `left_out`: not begun, as the bulk change ended before; or, with an `error`, as there is
 *   nothing to undo on it, or it can't be read.
 */
export const bulkPortStates = ['waiting', 'under_way', 'done', 'failed', 'list_changed', 'left_out'] as const
/** The state of one port in a bulk change. */
export type BulkPortState = (typeof bulkPortStates)[number]

/** How many ports are in each state: 0 where none is. */
const counts = z.object({
  waiting: z.number(),
  under_way: z.number(),
  done: z.number(),
  failed: z.number(),
  list_changed: z.number(),
  left_out: z.number(),
} satisfies Record<BulkPortState, unknown>)

/** The same, without those that are 0. Written out: every page would load zod's `partial`. */
const someCounts = z.object({
  waiting: z.optional(z.number()),
  under_way: z.optional(z.number()),
  done: z.optional(z.number()),
  failed: z.optional(z.number()),
  list_changed: z.optional(z.number()),
  left_out: z.optional(z.number()),
} satisfies Record<BulkPortState, unknown>)

/** A bulk change as lists show it. */
export const bulkChangeSummary = z.object({
  bulk_change_id: z.string(),
  project_id: z.string(),
  user: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  /** Counts up with every change, those of its ports too. */
  revision: z.number(),
  state: z.enum(bulkStates),
  /** When the next wave begins by itself; null where it waits for a user, or for nothing. */
  next_wave_at: z.nullable(z.string()),
  intent,
  words: z.string(),
  note: z.nullable(z.string()),
  ports: z.number(),
  counts,
  /** The bulk change that this one takes back, and the latest that takes this one back. */
  undoes: z.nullable(z.string()),
  undone_by: z.nullable(z.string()),
  undo_state: z.nullable(z.enum(bulkStates)),
})
/** A bulk change as lists show it. */
export type BulkChangeSummary = z.infer<typeof bulkChangeSummary>

const kind = z.object({
  planned_from: z.array(z.string()),
  desired: z.array(z.string()),
  steps: planLists.steps,
  ports: z.number(),
  counts,
})

/** A bulk change in full, but for its ports, which are read by page. */
const bulkChange = z.object({
  ...bulkChangeSummary.shape,
  /** In order; those from `kinds_from` on, where the request has it. */
  kinds: z.array(kind),
  /** Where the request has `kinds_from`: the kinds before that, in order. What is 0 is left out. */
  earlier_kinds: z.optional(z.array(someCounts)),
  pace,
  /** From 1; `of` counts the waves as they are planned now. */
  wave: z.object({ number: z.number(), of: z.number(), ports: z.number(), ended: z.number() }),
  /** Why it stopped, or waits. */
  error: z.nullable(portsideError),
  /** Seconds that are left by the pace so far; null where it can't be said, or waits for a user. */
  seconds_left: z.nullable(z.number()),
  /** Calls of the platform so far, reads too. */
  calls: z.number(),
  /**
   * On how many ports an undo has something to look for: those that something was sent to. Null
   * while it can't be undone: before its end, and while it is being undone.
   */
  to_undo: z.nullable(z.number()),
})
/** A bulk change in full. */
export type BulkChange = z.infer<typeof bulkChange>

/** True when nothing more is begun: every port had its turn, or a user ended it. */
export function isOver({ state }: { state: BulkState }): boolean {
  return state === 'done' || state === 'ended'
}

/** Response of POST ofProject, GET one, POST choice and POST undo. */
export const bulkChangeResponse = z.object({ bulk_change: bulkChange })

/** GET ofProject: a page, newest first, 50 where `limit` is left out. */
export const bulkChangesQuery = z.strictObject({
  limit: z.optional(z.int().check(z.gte(1, 'must be 1 or more'), z.lte(100, 'must be at most 100'))),
  after: z.optional(boundedText(19).check(z.refine(isRow, 'must be the `next` of a response'))),
  /** Only those that are neither `done` nor `ended`. */
  open: z.optional(z.enum(['true'])),
})
/** Response of GET ofProject. */
export const bulkChangesResponse = z.object({
  bulk_changes: z.array(bulkChangeSummary),
  next: z.nullable(z.string()),
})

/** POST openOnPorts. */
export const openOnPortsRequest = z.strictObject({
  ports: boundedList(uuid, MOST_BULK_PORTS, 'ports').check(z.minLength(1, 'must have at least one port')),
})
/** An open bulk change that still has some of the ports that were asked for. */
const openOnPorts = z.object({
  bulk_change_id: z.string(),
  user: z.string(),
  created_at: z.string(),
  words: z.string(),
  /** How many of them wait in it, or are under way. */
  ports: z.number(),
})
/** An open bulk change that still has some of the ports that were asked for. */
export type OpenOnPorts = z.infer<typeof openOnPorts>
/** Response of POST openOnPorts: newest first, at most MOST_OPEN_NAMED. */
export const openOnPortsResponse = z.object({ bulk_changes: z.array(openOnPorts) })

/** GET ports: a page in the order in which they are carried out, 100 where `limit` is left out. */
export const bulkPortsQuery = z.strictObject({
  state: z.optional(z.enum(bulkPortStates)),
  limit: z.optional(z.int().check(z.gte(1, 'must be 1 or more'), z.lte(1000, 'must be at most 1000'))),
  after: z.optional(boundedText(19).check(z.refine(isRow, 'must be the `next` of a response'))),
})

/** One port of a bulk change. */
const bulkChangePort = z.object({
  port_id: z.string(),
  name: z.nullable(z.string()),
  /** Which kind, from 0; null while an undo is planned, and where it left the port out. */
  kind: z.nullable(z.number()),
  /** In which wave, from 1; null while it waits. */
  wave: z.nullable(z.number()),
  state: z.enum(bulkPortStates),
  /** Null before it began. */
  operation_id: z.nullable(z.string()),
  operation_status: z.nullable(operationStatus),
  error: z.nullable(portsideError),
  ended_at: z.nullable(z.string()),
})
/** One port of a bulk change. */
export type BulkChangePort = z.infer<typeof bulkChangePort>

/** Response of GET ports; `next` is null at the end. */
export const bulkPortsResponse = z.object({ ports: z.array(bulkChangePort), next: z.nullable(z.string()) })

/**
 * What happened to a bulk change, for good: `began`, a `wave` that began, what a user chose,
 * `stopped` with its error, `taken_over` by another proxy, and the `end`.
 */
const bulkEntry = z.object({
  at: z.string(),
  kind: z.enum([
    'began',
    'wave',
    'paused',
    'went_on',
    'ended',
    'stopped',
    'taken_over',
    'confirmed',
    'undone',
    'end',
  ]),
  user: z.nullable(z.string()),
  /** Of a wave: its number and its ports. */
  wave: z.nullable(z.object({ number: z.number(), ports: z.number() })),
  error: z.nullable(portsideError),
  counts: z.nullable(counts),
})
/** One thing that happened to a bulk change. */
export type BulkEntry = z.infer<typeof bulkEntry>
/** Response of GET entries: all, in order. */
export const bulkEntriesResponse = z.object({ entries: z.array(bulkEntry) })
