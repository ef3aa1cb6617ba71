import * as z from 'zod/mini'
import { refusedFields, shortened } from '../../vpc/errors.ts'
import { MOST_FIELDS_NAMED } from '../../vpc/limits.ts'
import * as old from '../../vpc/old-groups.ts'
import * as responses from '../../vpc/responses.ts'
import { isObject, objectsOf, saysNothing } from '../../vpc/shown.ts'
import { UNREADABLE } from '../../vpc/unreadable-marks.ts'
import type { UnreadableEntry } from '../../vpc/unreadable.ts'
import * as v1 from '../../vpc/v1-ports.ts'
import { compiled } from '../compiled.ts'
import { ONE_THING } from './response-bounds.ts'
import type { ResponseSchema } from './upstream.ts'

/** The most problems that are looked for in a wrong response. */
const MOST_ISSUES = 10

type ObjectSchema<T> = z.ZodMiniObject & z.ZodMiniType<T>

/**
 * A compiled schema of responses. A valid response is taken as it is, without a copy: a page of 200
 * ports is checked in a fraction of the time. None of these schemas changes what it reads.
 */
function checks<T>(schema: ObjectSchema<T>): ResponseSchema<T> {
  return {
    safeParse: (value) =>
      z.validate(compiled(schema), value)
        ? { success: true, data: value as T }
        : { success: false, error: firstIssues(schema, value) },
  }
}

/**
 * The first few problems of a response. zod itself would look for all problems of a page, and some
 * hundred thousand overflow its stack.
 */
function firstIssues(schema: ObjectSchema<unknown>, value: unknown): z.core.$ZodError {
  let rest = value
  const issues: z.core.$ZodIssue[] = []
  for (const [key, field] of Object.entries(schema.shape)) {
    const entries = (value as Record<string, unknown> | null)?.[key]
    if (!(field instanceof z.ZodMiniArray) || !Array.isArray(entries)) continue
    const { element } = (field as z.ZodMiniArray<z.ZodMiniType>).def
    for (const [index, entry] of entries.entries()) {
      const found = element.safeParse(entry).error?.issues.slice(0, MOST_ISSUES) ?? []
      issues.push(...found.map((issue) => ({ ...issue, path: [key, index, ...issue.path] })))
      if (issues.length >= MOST_ISSUES) break
    }
    rest = { ...(rest as object), [key]: [] }
  }
  return new z.core.$ZodError([...(schema.safeParse(rest).error?.issues ?? []), ...issues])
}

/** The longest ID of an entry that is named. */
const LONGEST_ID = 255

type Judged = { good: unknown[]; places: number[]; bad: UnreadableEntry[] }

/**
 * Judges the entries of a list one by one. All that can't be read are in `bad`; why, is looked for
 * in the first few only.
 */
function judgeEntries(entries: readonly unknown[], element: z.ZodMiniType): Judged {
  const form = compiled(element)
  const judged: Judged = { good: [], places: [], bad: [] }
  for (const [place, entry] of entries.entries()) {
    if (z.validate(form, entry)) {
      judged.good.push(entry)
      judged.places.push(place)
      continue
    }
    const why = judged.bad.length < MOST_FIELDS_NAMED ? whyUnreadable(element, entry) : ''
    judged.bad.push({ place, id: idOf(entry) ?? null, why })
  }
  return judged
}

function idOf(entry: unknown): string | undefined {
  const id = isObject(entry) ? entry.id : undefined
  return typeof id === 'string' && id !== '' ? shortened(id, LONGEST_ID) : undefined
}

function lastNamed(entries: readonly unknown[]): { id: string; place: number } | undefined {
  const place = entries.findLastIndex((entry) => idOf(entry) !== undefined)
  return place < 0 ? undefined : { id: idOf(entries[place])!, place }
}

function whyUnreadable(element: z.ZodMiniType, entry: unknown): string {
  const { error } = element.safeParse(entry)
  const first = error && refusedFields(error, entry)[0]
  return first ? `${first.path || 'the entry'} ${first.message}` : 'it has another form'
}

/**
 * What can't be read, as a response names it.
 * @param more true where it is not known whether more entries follow
 */
export function namedUnreadable(bad: readonly UnreadableEntry[], more = false) {
  if (bad.length === 0 && !more) return {}
  const named = { count: bad.length, entries: bad.slice(0, MOST_FIELDS_NAMED) }
  return { [UNREADABLE]: more ? { ...named, more_may_follow: true } : named }
}

/**
 * A compiled schema of a response with a list, in the field `key` (of the object `within`). A good
 * page is taken as it is. In any other, each entry is judged on its own: what can be read stays,
 * and the rest is named.
 */
function checksList<T>(schema: ObjectSchema<T>, key: string, within?: string): ResponseSchema<T> {
  const whole = checks(schema)
  const holder = (within === undefined ? schema : schema.shape[within]) as z.ZodMiniObject
  const { element } = (holder.shape[key] as z.ZodMiniArray<z.ZodMiniType>).def
  return {
    safeParse(value) {
      // Only Portside names what can't be read.
      const sent = isObject(value) && UNREADABLE in value ? without(value, UNREADABLE) : value
      const read = whole.safeParse(sent)
      if (read.success) return sent === value ? read : { ...read, rewritten: true }
      if (!isObject(sent)) return read
      const held = within === undefined ? sent : sent[within]
      if (!isObject(held) || !Array.isArray(held[key])) return read
      const { good, bad } = judgeEntries(held[key], element)
      const list = { ...held, [key]: good }
      const next = within === undefined ? nextPage(sent.page_info) : {}
      const rest = whole.safeParse({
        ...(within === undefined ? list : { ...sent, [within]: list }),
        ...('page_info' in next && { page_info: next.page_info }),
        ...namedUnreadable(bad, next.more),
      })
      return rest.success ? { ...rest, rewritten: true } : rest
    },
  }
}

/**
 * What an odd `page_info` says of further pages: nothing, where there is nothing in it; a number is
 * a marker as well. Where it can't be read, it is not known whether more entries follow.
 */
function nextPage(sent: unknown): { page_info?: unknown; more?: boolean } {
  if (saysNothing(sent)) return { page_info: undefined }
  const marker = isObject(sent) ? sent.next_marker : undefined
  if (isObject(sent) && (saysNothing(marker) || marker === false))
    return { page_info: { ...sent, next_marker: undefined } }
  if (isObject(sent) && (typeof marker === 'string' || typeof marker === 'number'))
    return { page_info: { ...sent, next_marker: String(marker) } }
  return { page_info: undefined, more: true }
}

function without(value: Record<string, unknown>, name: string): Record<string, unknown> {
  const { [name]: _, ...rest } = value
  return rest
}

/** Reads a response in the old form (v1), and returns it in the documented one. */
function reshapes<T>(schema: z.ZodMiniPipe<z.ZodMiniObject, z.ZodMiniType<T>>): ResponseSchema<T> {
  const form = checks(schema.def.in as ObjectSchema<unknown>)
  return {
    safeParse(value) {
      const read = form.safeParse(value)
      return read.success ? schema.safeParse(value) : read
    },
  }
}

// The platform's responses (src/vpc/responses.ts), as the proxy checks them.
const portResponse = checks(responses.portResponse)
const v1PortResponse = reshapes(v1.v1PortResponse)
export const checkedDryRun = { ...checks(responses.dryRunResponse), bounds: ONE_THING }
export const checkedPorts = checksList(responses.portsResponse, 'ports')
export const checkedSecurityGroups = checksList(responses.securityGroupsResponse, 'security_groups')
export const checkedSecurityGroup = {
  ...checksList(responses.securityGroupResponse, 'security_group_rules', 'security_group'),
  bounds: ONE_THING,
}
export const checkedRules = checksList(responses.rulesResponse, 'security_group_rules')

export const checkedAddressGroups = checksList(responses.addressGroupsResponse, 'address_groups')

/** A page of an old list, in the documented form, and what the platform sent of it. */
export type OldPage<P> = {
  page: P
  /** The place of each entry of the page in what was sent, and how many entries that had. */
  places: readonly number[]
  sent: number
  /**
   * The last entry that has an ID, by which the next page is asked for, and its place; undefined
   * when none has one.
   */
  last: { id: string; place: number } | undefined
  /** It links to a next page, as v2.0 does, though it is not full. */
  more: boolean
  unreadable: readonly UnreadableEntry[]
}

/** Reads a page of an old list by a schema that reshapes it: each entry is judged on its own. */
function oldPage<P>(
  schema: z.ZodMiniPipe<z.ZodMiniObject, z.ZodMiniType<P>>,
  key: string,
): ResponseSchema<OldPage<P>> {
  const whole = reshapes(schema)
  const form = schema.def.in as z.ZodMiniObject
  const { element } = (form.shape[key] as z.ZodMiniArray<z.ZodMiniType>).def
  return {
    safeParse(value) {
      const entries: unknown = isObject(value) ? value[key] : undefined
      if (!isObject(value) || !Array.isArray(entries)) {
        const read = whole.safeParse(value)
        return read.success ? { success: false, error: new z.core.$ZodError([]) } : read
      }
      const { good, places, bad } = judgeEntries(entries, element)
      const read = whole.safeParse({ ...without(value, UNREADABLE), [key]: good })
      if (!read.success) return read
      return {
        success: true,
        data: {
          page: read.data,
          places,
          sent: entries.length,
          last: lastNamed(entries),
          more: objectsOf(value[`${key}_links`]).some(({ rel }) => rel === 'next'),
          unreadable: bad,
        },
      }
    },
  }
}

/** A page of the old list of ports, of v1 or v2.0. */
export const v1PortsPage = oldPage(v1.v1PortsResponse, 'ports')
/** A page of the old list of groups, likewise. */
export const oldGroupsPage = oldPage(old.oldGroupsResponse, 'security_groups')
/** A page of the old list of rules, likewise. */
export const oldRulesPage = oldPage(old.oldRulesResponse, 'security_group_rules')

const oldGroupForm = checksList(
  old.oldGroupResponse.def.in as ObjectSchema<unknown>,
  'security_group_rules',
  'security_group',
)
/** A group with its rules in an old form, returned in the documented one. */
export const oldGroupResponse: ResponseSchema<z.infer<typeof responses.securityGroupResponse>> = {
  bounds: ONE_THING,
  safeParse(value) {
    const read = oldGroupForm.safeParse(value)
    return read.success ? old.oldGroupResponse.safeParse(read.data) : read
  },
}

const ofAnotherPort = responses.portResponse.check(
  z.refine(() => false, { path: ['port', 'id'], message: 'is the ID of another port' }),
)

/** The response about `portId`. One about another port would mislead, and is refused. */
export function portResponseOf(
  portId: string,
  schema: ResponseSchema<responses.PortResponse> = portResponse,
): ResponseSchema<responses.PortResponse> {
  const id = portId.toLowerCase()
  return {
    bounds: ONE_THING,
    safeParse(value) {
      const read = schema.safeParse(value)
      return !read.success || read.data.port.id.toLowerCase() === id ? read : ofAnotherPort.safeParse(value)
    },
  }
}

/** The same for a port in the old form (v1), returned in the documented one. */
export const v1PortResponseOf = (portId: string) => portResponseOf(portId, v1PortResponse)
