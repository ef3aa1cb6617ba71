import type { StepRequest } from '../../vpc/step-request.ts'
import { shortened, type PortsideError } from '../../vpc/errors.ts'
import type { Port } from '../../vpc/port.ts'
import { textOf } from '../../vpc/shown.ts'
import { MAX_RESPONSE_TEXT, type AuditEntry, type AuditOutcome } from '../../vpc/audit-log.ts'
import { othersNotCompared } from '../../vpc/traffic/index.ts'
import type { SendOutcome } from '../upstream/upstream.ts'

/** The documented names have at most 255 characters. */
const LONGEST_NAME = 1000

const now = () => new Date().toISOString()

const RESULT = {
  port: 'done',
  checked: 'passed',
  refused: 'refused',
  unknown: 'unknown',
  not_sent: 'not_sent',
} as const

/** The entry of a request that is about to be sent. */
export function requestEntry(step: number, { method, path, body }: StepRequest): AuditEntry {
  return { kind: 'request', at: now(), step, method, path, body }
}

/** The entry of a response, as the platform sent it, or of its absence. */
export function responseEntry(step: number, outcome: SendOutcome): AuditEntry {
  const response = 'body' in outcome ? outcome : outcome.response
  // A character has at most four bytes: the rest is not even decoded.
  const text = response ? response.body.subarray(0, 4 * MAX_RESPONSE_TEXT).toString() : null
  const cut = text !== null && text.length > MAX_RESPONSE_TEXT
  return {
    kind: 'answer',
    at: now(),
    step,
    result: RESULT[outcome.kind],
    status: response?.status ?? null,
    request_id: ('error' in outcome ? outcome.error.request_id : outcome.request_id) ?? null,
    text: cut ? text.slice(0, MAX_RESPONSE_TEXT) : text,
    ...(cut && { cut }),
    error: 'error' in outcome ? outcome.error : null,
  }
}

/**
 * The entry without any text of the platform, for when the database refuses that. Portside's own
 * facts stay: the step, the time, the request, and whether it was carried out.
 */
export function withoutPlatformText(entry: AuditEntry): AuditEntry {
  switch (entry.kind) {
    case 'answer':
      return { ...entry, request_id: null, text: null, error: entry.error && unwritableError(entry.error) }
    case 'read':
      return { ...entry, list: null, port_name: null, request_id: null, error: unwritableError(entry.error) }
    case 'end':
      return { ...entry, list: null, error: entry.error && unwritableError(entry.error) }
    default:
      return entry
  }
}

/** The error that replaces an error or a response that can't be written. */
export function unwritableError(error: PortsideError | null): PortsideError {
  return {
    error_code: 'Portside.UnreadableAnswer',
    error_msg: "The platform's response can't be recorded.",
    request_id: null,
    ...(error?.outcome && { outcome: error.outcome }),
    advice: "Look in the proxy's log, and at the port as it is.",
  }
}

/** The entry of a port that was read. */
export function readEntry(port: Port, requestId: string | null): AuditEntry {
  return {
    kind: 'read',
    at: now(),
    list: port.security_groups,
    port_name: shortened(textOf(port.name) ?? '', LONGEST_NAME) || null,
    request_id: requestId,
    error: null,
  }
}

/** The entry of a port that could not be read. */
export function failedReadEntry(error: PortsideError): AuditEntry {
  return {
    kind: 'read',
    at: now(),
    list: null,
    port_name: null,
    request_id: error.request_id ?? null,
    error,
  }
}

/** The last entry of a dry run or an operation. */
export function endEntry(
  outcome: AuditOutcome,
  list: readonly string[] | null,
  error: PortsideError | null,
  followedBy: string | null = null,
  calls?: number,
): AuditEntry {
  return {
    kind: 'end',
    at: now(),
    outcome,
    list: list && [...list],
    error,
    followed_by: followedBy,
    ...(calls !== undefined && { calls }),
  }
}

/** What is compared before an operation is sent. */
type Compared = {
  /** The broken guards that the operator has confirmed by typing. */
  confirmed: readonly string[]
  otherPorts: OtherPortsFound | null
}

type OtherPortsEntry = Extract<AuditEntry, { kind: 'other_ports' }>
type OtherPortsFound = Omit<OtherPortsEntry, 'kind' | 'at'>

/**
 * The first entries of an operation: the guards that it breaks as confirmed, and what it changes on
 * other ports.
 */
export function comparedEntries(
  typed: string | undefined,
  { confirmed, otherPorts }: Compared,
): AuditEntry[] {
  const entries: AuditEntry[] = []
  if (confirmed.length > 0)
    entries.push({ kind: 'confirmed', at: now(), typed: typed ?? '', guards: [...confirmed] })
  if (otherPorts) entries.push(otherPortsEntry(otherPorts))
  return entries
}

/** What a plan changes on other ports; also when that is nothing. */
export function otherPortsEntry(found: OtherPortsFound): OtherPortsEntry {
  return { kind: 'other_ports', at: now(), ...found }
}

/** The entry of other ports whose traffic was not compared: why, in words without a full stop. */
export function notComparedEntry(why: string): OtherPortsEntry {
  return otherPortsEntry(othersNotCompared([why]))
}
