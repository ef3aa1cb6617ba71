import * as z from 'zod/mini'
import { applyStep, StepRefused } from '../vpc/change-step.ts'
import { uuid } from '../vpc/ids.ts'
import type { Platform } from './platform.ts'
import { errorForms, type Refusal } from './error-bodies.ts'
import { ERROR_CODES, PlatformError, type ErrorName } from './error-codes.ts'

const count = z.int().check(z.gte(0, 'must be 0 or more'))
const groupIds = z.array(uuid)

/**
 * Somebody else's change to a port's list; without `port_id` to the port that the matching call is
 * for.
 */
const change = z
  .strictObject({
    port_id: z.optional(uuid),
    set: z.optional(groupIds),
    insert: z.optional(groupIds),
    index: z.optional(count),
    remove: z.optional(groupIds),
  })
  .check(
    z.refine(
      ({ set, insert, remove }) => [set, insert, remove].filter(Boolean).length === 1,
      'must have exactly one of set, insert and remove',
    ),
  )

/**
 * A fault on demand. It applies to calls of the platform's paths that fit `match` (`path`: text
 * that the path with its query contains), from the first after `after` on, `times` times (0:
 * always).
 * - `delay`: the call waits `milliseconds` and is then carried out, even when the client has gone
 *   away meanwhile.
 * - `delay_answer`: the call is carried out at once, its response waits `milliseconds`.
 * - `error`: nothing is carried out; `status` (500), with Retry-After in seconds when `retry_after`
 *   is given, and a body in one of the forms of error-bodies.ts (`form`, else the platform's own).
 * - `drop_before`: the connection is destroyed, nothing is carried out.
 * - `drop_after`: the call is carried out, then the connection is destroyed in place of a response.
 * - `change_between`: just before the call somebody else makes `change`, or sets the port's list to
 *   `security_groups`.
 * - `garbage`: the call is carried out, its response is a truncated HTML page with `status` (200).
 */
const fault = z
  .strictObject({
    kind: z.enum([
      'delay',
      'delay_answer',
      'error',
      'drop_before',
      'drop_after',
      'change_between',
      'garbage',
    ]),
    match: z.optional(z.strictObject({ method: z.optional(z.string()), path: z.optional(z.string()) })),
    after: z.optional(count),
    times: z.optional(count),
    milliseconds: z.optional(count.check(z.lte(600_000, 'must be at most 600000'))),
    status: z.optional(z.int().check(z.gte(200, 'must be 200 or more'), z.lte(599, 'must be at most 599'))),
    retry_after: z.optional(count),
    form: z.optional(z.enum(errorForms)),
    error_code: z.optional(z.string()),
    error_msg: z.optional(z.string()),
    security_groups: z.optional(groupIds),
    change: z.optional(change),
  })
  .check(
    z.refine(
      ({ kind, milliseconds }) => !kind.startsWith('delay') || milliseconds !== undefined,
      'of kind delay or delay_answer must have milliseconds',
    ),
    z.refine(
      (one) => one.kind !== 'change_between' || Boolean(one.change) !== Boolean(one.security_groups),
      'of kind change_between must have either change or security_groups',
    ),
  )
/** A fault on demand. */
export type Fault = z.infer<typeof fault>
/** Body of POST /_emulator/faults. */
export const faultsRequest = z.strictObject({ faults: z.array(fault) })

/** A fault with how often its match was met and how often it was applied. */
type ActiveFault = { fault: Fault; matched: number; struck: number }

const ENDS_A_CALL: ReadonlySet<Fault['kind']> = new Set(['error', 'drop_before', 'drop_after', 'garbage'])

/** The active faults, in the order in which they were given. */
export class Faults {
  #active: ActiveFault[] = []

  /** Adds faults after those that are there. */
  add(faults: readonly Fault[]): void {
    this.#active.push(...faults.map((one) => ({ fault: one, matched: 0, struck: 0 })))
  }

  clear(): void {
    this.#active = []
  }

  /** All faults, those that are used up too, with their counts. */
  list(): (Fault & { matched: number; struck: number })[] {
    return this.#active.map(({ fault: one, matched, struck }) => ({ ...one, matched, struck }))
  }

  /** The faults that apply to this call, in order; the first that ends a call is the last. */
  take(method: string, url: string): Fault[] {
    const applied: Fault[] = []
    for (const active of this.#active) {
      const { match, after = 0, times = 1, kind } = active.fault
      if (match?.method && match.method.toUpperCase() !== method) continue
      if (match?.path && !url.includes(match.path)) continue
      active.matched++
      if (active.matched <= after || (times > 0 && active.struck >= times)) continue
      active.struck++
      applied.push(active.fault)
      if (ENDS_A_CALL.has(kind)) break
    }
    return applied
  }
}

/**
 * The refusal of an `error` fault: code and message fit the status unless the fault
 * names them.
 */
export function refusalOf({ status = 500, error_code, error_msg }: Fault): Refusal {
  const usual: Record<number, [ErrorName, string]> = {
    401: ['notAuthenticated', 'Incorrect IAM authentication information: fault on demand'],
    403: ['projectNotAllowed', 'Token not allowed to do this action.'],
    404: ['noSuchApi', 'The API does not exist or has not been published in the environment'],
    429: ['throttled', 'The throttling threshold has been reached: fault on demand'],
    503: ['serviceUnavailable', 'The service is unavailable: fault on demand.'],
  }
  const [name, message] = usual[status] ?? [
    status < 500 ? 'invalidParameter' : 'serviceFailure',
    `Fault on demand: ${status}.`,
  ]
  return {
    status,
    error_code: error_code ?? ERROR_CODES[name].error_code,
    error_msg: error_msg ?? message,
  }
}

/**
 * Makes the change of a `change_between` fault.
 * @throws PlatformError 500 when it can't be made (the fault names no port, a group is not there,
 *   or is already).
 */
export function changeBetween(platform: Platform, one: Fault, portOfCall: string | undefined): void {
  const wanted = one.change ?? { set: one.security_groups ?? [] }
  const portId = wanted.port_id ?? portOfCall
  if (!portId)
    throw new PlatformError('serviceFailure', 'Fault change_between: neither fault nor call names a port.')
  try {
    setList(platform, portId, (list) => {
      if (wanted.insert)
        return applyStep(list, {
          kind: 'insert',
          security_groups: wanted.insert,
          index: wanted.index ?? list.length,
        })
      if (wanted.remove) return applyStep(list, { kind: 'remove', security_groups: wanted.remove })
      return wanted.set ?? []
    })
  } catch (error) {
    if (error instanceof PlatformError || error instanceof StepRefused)
      throw new PlatformError('serviceFailure', `Fault change_between could not be made: ${error.message}`)
    throw error
  }
}

/**
 * Sets a port's list unasked, in whichever project the port is.
 * @throws PlatformError 404 when the port or a group does not exist, 400 when a group is named
 *   twice.
 */
export function setList(platform: Platform, portId: string, next: (list: string[]) => string[]): string[] {
  const project = platform.projectOfPort(portId)
  const security_groups = next(project.port(portId).security_groups)
  for (const id of security_groups)
    if (!project.groups.get(id))
      throw new PlatformError('groupNotFound', `Security group ${id} could not be found.`)
  if (new Set(security_groups).size !== security_groups.length)
    throw new PlatformError('invalidParameter', 'security_groups must not name a security group twice.')
  return platform.updatePort(project, portId, { security_groups }).security_groups
}
