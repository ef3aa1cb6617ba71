import * as z from 'zod/mini'
import { exportFormat } from './audit-log.ts'
import { intent } from './bulk/intent.ts'
import { portsideError } from './errors.ts'
import { uuid } from './ids.ts'
import { boundedList, boundedText, isRow } from './limits.ts'

/** The most standing orders of a project. */
export const MOST_ORDERS = 100
/** The most ports that a standing order names. */
export const MOST_NAMED_PORTS = 1000
/** The most ports that are kept of a check: those that depart first of all. */
export const MOST_DEPARTURES = 10_000
/** A standing order is checked by itself at most and at least so often, in minutes. */
const CHECK_EVERY = { least: 15, most: 1440 } as const

/** Standing orders: rules of order that are kept by name, and which ports depart from them. */
export const ordersApi = {
  /** GET: all of a project, as standingOrdersResponse. POST standingOrderRequest: a new one. */
  ofProject: (project: string) => `/api/v3/${encodeURIComponent(project)}/standing-orders`,
  /** GET, with pageQuery: what users did with the orders of a project, newest first. */
  entries: (project: string) => `/api/v3/${encodeURIComponent(project)}/standing-orders/entries`,
  /** GET, with entriesExportQuery: all of that as a file. */
  exportedEntries: (project: string) => `${ordersApi.entries(project)}/export`,
  /**
   * GET: the ports of a project that depart, as departingPortsResponse; no call of the platform.
   */
  departingPorts: (project: string) =>
    `/api/v3/${encodeURIComponent(project)}/standing-orders/departing-ports`,
  /** PUT standingOrderChange: change one. DELETE, with revisionQuery. */
  one: (id: string) => `/api/standing-orders/${encodeURIComponent(id)}`,
  /** POST, without a body: check it now; viewers may too. The response is standingOrderResponse. */
  check: (id: string) => `/api/standing-orders/${encodeURIComponent(id)}/check`,
  /** GET, with departuresQuery: a page of what its last check found, as departuresResponse. */
  departures: (id: string) => `/api/standing-orders/${encodeURIComponent(id)}/departures`,
} as const

/**
 * Which ports a standing order is for: those for which all of it holds; empty, all of the project.
 */
const orderPorts = z.strictObject({
  /** They have this security group, as the filter `group` of the table of ports. */
  group: z.optional(uuid),
  /** Their name has this text; upper and lower case are the same. */
  name: z.optional(boundedText(255).check(z.minLength(1, 'must not be empty'))),
  /** They are named here, by ID. */
  ports: z.optional(
    boundedList(uuid, MOST_NAMED_PORTS, 'ports').check(z.minLength(1, 'must name at least one port')),
  ),
})
/** Which ports a standing order is for. */
export type OrderPorts = z.infer<typeof orderPorts>

const everyMinutes = z
  .int()
  .check(
    z.gte(CHECK_EVERY.least, `must be ${CHECK_EVERY.least} or more`),
    z.lte(CHECK_EVERY.most, `must be at most ${CHECK_EVERY.most}`),
  )

const content = {
  /** Unique in its project; upper and lower case are the same. */
  name: boundedText(80).check(
    z.regex(
      /^[^\s\p{Cc}](?:[^\p{Cc}]*[^\s\p{Cc}])?$/u,
      'must be on one line, without blanks at its beginning and end',
    ),
  ),
  intent,
  ports: orderPorts,
  /** How often it is checked by itself; null: only when a user asks. */
  check_every_minutes: z.nullable(everyMinutes),
}

/** What users say of a standing order. */
export const orderContent = z.strictObject(content)
/** What users say of a standing order. */
export type OrderContent = z.infer<typeof orderContent>

/**
 * POST ofProject. The console makes `order_id`, so that sending it again after a lost response
 * finds the same one.
 */
export const standingOrderRequest = z.strictObject({ order_id: uuid, ...content })
/** A new standing order. */
export type StandingOrderRequest = z.infer<typeof standingOrderRequest>

const revision = z.int().check(z.gte(1, 'must be 1 or more'), z.lte(2 ** 31 - 1, 'is too large'))

/** PUT one; refused where `revision` is not that of the order as it is. */
export const standingOrderChange = z.strictObject({ revision, ...content })
/** A change of a standing order. */
export type StandingOrderChange = z.infer<typeof standingOrderChange>

/** DELETE one; refused where `revision` is not that of the order as it is. */
export const revisionQuery = z.strictObject({ revision })

/**
 * - `departs`: its list is another than the order makes of it, or lacks what the order wants.
 * - `undecided`: nobody can say, for a reason.
 */
const departureStates = ['departs', 'undecided'] as const
/** What is kept of a port. */
export type DepartureState = (typeof departureStates)[number]

/** Why a port can't be mended, or decided. */
const departureReason = z.discriminatedUnion('why', [
  z.object({ why: z.literal('too_many'), groups: z.number(), limit: z.number() }),
  z.object({ why: z.literal('too_long'), groups: z.number(), most: z.number() }),
  z.object({ why: z.literal('missing'), group: z.string() }),
  z.object({ why: z.literal('twice'), group: z.string() }),
  z.object({ why: z.literal('odd_id'), id: z.string() }),
  /** It is named, and the project has no such port. */
  z.object({ why: z.literal('not_found') }),
  /** What the platform said of it can't be read. */
  z.object({ why: z.literal('unreadable'), said: z.string() }),
])
/** Why a port can't be mended, or decided. */
export type DepartureReason = z.infer<typeof departureReason>

/** How many ports were found to be how. `follows` and the others add up to `ports`. */
const counts = {
  /** That the order is for. */
  ports: z.number(),
  follows: z.number(),
  departs: z.number(),
  undecided: z.number(),
  /** The order says nothing of them, as they lack the groups that it puts in order. */
  not_concerned: z.number(),
}

/** A check that came to its end. */
const orderCheck = z.object({
  begun_at: z.string(),
  ended_at: z.string(),
  /** Who asked for it; null: it came by itself. */
  by: z.nullable(z.string()),
  ...counts,
  /** How many of the ports are kept: at most MOST_DEPARTURES. */
  kept: z.number(),
  /**
   * Entries of the platform's list that can't be read, so that nobody knows whether the order is
   * for them.
   */
  unreadable: z.number(),
})
/** A check that came to its end. */
export type OrderCheck = z.infer<typeof orderCheck>

/** A check that was asked for and has not ended. */
const orderChecking = z.object({
  asked_at: z.string(),
  by: z.nullable(z.string()),
  /** How many ports of the project are read by now. */
  read: z.number(),
  /** Why it waits, and until when; null while it goes on. */
  error: z.nullable(portsideError),
  again_at: z.nullable(z.string()),
})

/** A standing order, and its last check. */
export const standingOrder = z.object({
  order_id: z.string(),
  project_id: z.string(),
  name: z.string(),
  intent,
  ports: orderPorts,
  check_every_minutes: z.nullable(z.number()),
  /** Counts up with every change by a user. */
  revision: z.number(),
  changed_at: z.string(),
  changed_by: z.string(),
  /**
   * The last one that came to its end; null before the first, and after a change of what is wanted.
   */
  check: z.nullable(orderCheck),
  checking: z.nullable(orderChecking),
  /** The check after it failed; null where none did. */
  failed: z.nullable(z.object({ at: z.string(), error: portsideError })),
  /** When it is checked by itself next. */
  next_check_at: z.nullable(z.string()),
})
/** A standing order, and its last check. */
export type StandingOrder = z.infer<typeof standingOrder>

/** Response of GET ofProject: all, by name. */
export const standingOrdersResponse = z.object({ orders: z.array(standingOrder) })
/** Response of POST ofProject, PUT one and POST check. */
export const standingOrderResponse = z.object({ order: standingOrder })
/** Response of DELETE one. */
export const orderDeleted = z.object({ order_id: z.string() })

const page = {
  limit: z.optional(z.int().check(z.gte(1, 'must be 1 or more'), z.lte(1000, 'must be at most 1000'))),
  after: z.optional(boundedText(19).check(z.refine(isRow, 'must be the `next` of a response'))),
}

/** GET entries: 50 where `limit` is left out. */
export const pageQuery = z.strictObject(page)
/** GET departures: 100 where `limit` is left out. */
export const departuresQuery = z.strictObject({ ...page, state: z.optional(z.enum(departureStates)) })

/** A port that departs, or of which nobody can say. */
const departure = z.object({
  port_id: z.string(),
  name: z.nullable(z.string()),
  state: z.enum(departureStates),
  /** As it was read; null where it was not. */
  list: z.nullable(z.array(z.string())),
  /** As the order has it; null where it can't say. */
  desired: z.nullable(z.array(z.string())),
  reason: z.nullable(departureReason),
})
/** A port that departs, or of which nobody can say. */
export type Departure = z.infer<typeof departure>

/** Response of GET departures; `next` is null at the end. */
export const departuresResponse = z.object({
  departures: z.array(departure),
  next: z.nullable(z.string()),
})

/**
 * Response of GET departingPorts: each port with the places of its orders in `orders`. `complete`
 * is false where more ports depart than are named: at most MOST_DEPARTURES.
 */
export const departingPortsResponse = z.object({
  orders: z.array(z.object({ order_id: z.string(), name: z.string() })),
  ports: z.array(z.object({ port_id: z.string(), orders: z.array(z.number()) })),
  complete: z.boolean(),
})

/** What a user did with a standing order, for good. */
const orderEntry = z.object({
  order_id: z.string(),
  at: z.string(),
  kind: z.enum(['made', 'changed', 'deleted']),
  user: z.string(),
  subject: z.nullable(z.string()),
  role: z.nullable(z.string()),
  before: z.nullable(orderContent),
  after: z.nullable(orderContent),
})
/** What a user did with a standing order. */
export type OrderEntry = z.infer<typeof orderEntry>

/** GET exportedEntries: `csv` has one line for each entry, `jsonl` each as GET entries has it. */
export const entriesExportQuery = z.strictObject({ format: exportFormat })

/** Response of GET entries; `next` is null at the end. */
export const orderEntriesResponse = z.object({ entries: z.array(orderEntry), next: z.nullable(z.string()) })
