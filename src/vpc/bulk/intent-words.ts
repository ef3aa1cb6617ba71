import { joinAnd } from '../traffic/service-ranges.ts'
import type { Intent, Place } from './intent.ts'

/** A name is said up to here, and no more names than fit. */
const LONGEST_NAME = 100
const LONGEST_NAMES = 500
const NAMES_IN_TITLE = 3

type NameOf = (groupId: string) => string

/** The groups that an intent names, each once, in the order it names them. */
export function groupsNamed(intent: Intent): string[] {
  const { kind } = intent
  const groups = kind === 'replace' ? [intent.group, intent.by] : intent.groups
  const place = kind === 'insert' || kind === 'move' ? intent.place : undefined
  const other = kind === 'put' ? [intent.group] : place && 'group' in place ? [place.group] : []
  return [...new Set([...groups, ...other])]
}

/** The intent as a short title, without a full stop: 'Detach x and y', 'x above y'. */
export function intentTitle(intent: Intent, nameOf: NameOf): string {
  const names = (ids: readonly string[]) => namesOf(ids, nameOf, NAMES_IN_TITLE)
  const name = (id: string) => names([id])
  switch (intent.kind) {
    case 'insert':
      return `Insert ${names(intent.groups)} ${placeWords(intent.place, 'at', name)}`
    case 'put':
      return `${names(intent.groups)} ${intent.order} ${name(intent.group)}`
    case 'move':
      return `Move ${names(intent.groups)} ${placeWords(intent.place, 'to', name)}`
    case 'detach':
      return `Detach ${names(intent.groups)}`
    case 'replace':
      return `Replace ${name(intent.group)} by ${name(intent.by)}`
    case 'exactly':
      return intent.groups.length === 0 ? 'No groups' : `Exactly ${names(intent.groups)}`
  }
}

/** The intent in one plain sentence of at most 1,000 characters, however long names are. */
export function intentWords(intent: Intent, nameOf: NameOf): string {
  const names = (ids: readonly string[]) => namesOf(ids, nameOf, Infinity)
  const name = (id: string) => names([id])
  switch (intent.kind) {
    case 'insert': {
      const lacks = intent.groups.length === 1 ? 'it' : 'one of them'
      return `Insert ${names(intent.groups)} ${placeWords(intent.place, 'at', name)}, where a port lacks ${lacks}.`
    }
    case 'put': {
      const missing =
        intent.where_missing === 'insert' ? 'inserted where missing' : 'ports that lack one are left out'
      return `Put ${names(intent.groups)} ${intent.order} ${name(intent.group)}; ${missing}.`
    }
    case 'move': {
      const has = intent.groups.length === 1 ? 'it' : 'them'
      return `Move ${names(intent.groups)} ${placeWords(intent.place, 'to', name)}, where a port has ${has}.`
    }
    case 'detach':
      return `Detach ${names(intent.groups)}.`
    case 'replace':
      return `Replace ${name(intent.group)} by ${name(intent.by)}, at the same position.`
    case 'exactly':
      return intent.groups.length === 0
        ? 'Leave the ports without any group.'
        : `Make the list exactly ${names(intent.groups)}, in this order.`
  }
}

/** 'at the top', 'to position 3', 'above web-public'. */
function placeWords(place: Place, at: 'at' | 'to', name: (id: string) => string): string {
  switch (place.kind) {
    case 'top':
    case 'end':
      return `${at} the ${place.kind}`
    case 'position':
      return `${at} position ${place.position + 1}`
    case 'above':
    case 'below':
      return `${place.kind} ${name(place.group)}`
  }
}

/** 'x', 'x and y', 'x, y and 7 more': as many as `most`, and as fit. */
function namesOf(ids: readonly string[], nameOf: NameOf, most: number): string {
  const all = [...new Set(ids)]
  const named: string[] = []
  let length = 0
  for (const id of all) {
    const name = shortName(nameOf(id))
    if (named.length === most || length + name.length > LONGEST_NAMES) break
    named.push(name)
    length += name.length + 2
  }
  const more = all.length - named.length
  return joinAnd(more === 0 ? named : [...named, `${more} more`])
}

/** No text of a request has U+0000, and the platform's own names are shorter. */
function shortName(name: string): string {
  const text = name.replaceAll('\0', '')
  return text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…` : text
}
