import type { SecurityGroupRule } from '../security-group.ts'
import { effectiveRules, type RuleBook } from './effective-rules.ts'
import { ruleEffects, type Effect, type RuleEffect } from './rule-effects.ts'
import { packExtents, type PackedExtents } from './packed-extents.ts'
import type { Extent, ReadRule, RuleRef } from './rules.ts'

/** A rule of a table. Plain data, and small: there may be thousands. */
export type RuleRow = {
  groupId: string
  /**
   * Which of the group's rules it is, in the order in which they came; -1 in place of all rules of
   * a group that were not read.
   */
  at: number
  action: 'allow' | 'deny' | undefined
  /** 0 where it can't be read. */
  priority: number
  /** Its remote is a group or an address group whose addresses are not known. */
  isNamedSet: boolean
  /** Why it can't be read, or may not take effect. */
  problem: string | undefined
  /** It can be read, but may not take effect. */
  inDoubt: boolean
  /** `enabled` is false: it takes no part. */
  disabled: boolean
}

/** A rule in one list. */
export type RulePlace = {
  /** Which of the table's rows. */
  row: number
  /** Position of its group in the list, from 0. */
  position: number
  /** Undefined for a disabled rule. */
  effect: Effect | undefined
  reason: 'shadowed' | 'no_members' | undefined
  /** Rows of earlier rules that match what it matches: a few. */
  by: readonly number[]
  /** How many there are of them; of `part` and `open` there may be more. */
  byCount: number
}

/**
 * The rules of one list, as numbers: thousands of objects would take too long from thread to
 * thread. `placeAt` reads them.
 */
export type RuleList = {
  rows: Int32Array
  positions: Int32Array
  /** Indexes of EFFECTS. */
  effects: Uint8Array
  /** NAMED rows for each rule; -1 is none. */
  by: Int32Array
  byCounts: Int32Array
}

/** All rules of one or more lists of groups, in the order in which they decide. */
export type RuleTable = {
  kind: 'rules'
  rows: readonly RuleRow[]
  /** All traffic that each row can match. */
  extents: PackedExtents
  /** For each list its rules in the order in which they decide; disabled ones where they would. */
  lists: readonly RuleList[]
  /** Groups that have no rules at all. */
  empty: readonly string[]
}

/** So many of the rules that shadow a rule are named. */
const NAMED = 4

const EFFECTS: readonly Pick<RulePlace, 'effect' | 'reason'>[] = [
  { effect: undefined, reason: undefined },
  { effect: 'all', reason: undefined },
  { effect: 'part', reason: undefined },
  { effect: 'open', reason: undefined },
  { effect: 'unsure', reason: undefined },
  { effect: 'never', reason: 'shadowed' },
  { effect: 'never', reason: 'no_members' },
]

/** What the nth rule of a list decides, and of `never` why: `placeAt` has it too. */
export function effectAt({ effects }: RuleList, n: number): Pick<RulePlace, 'effect' | 'reason'> {
  return EFFECTS[effects[n]!]!
}

/** The nth rule of a list, from 0. */
export function placeAt({ rows, positions, effects, by, byCounts }: RuleList, n: number): RulePlace {
  return {
    row: rows[n]!,
    position: positions[n]!,
    ...EFFECTS[effects[n]!]!,
    by: [...by.subarray(n * NAMED, (n + 1) * NAMED)].filter((row) => row >= 0),
    byCount: byCounts[n]!,
  }
}

/**
 * The rules of lists of groups as tables, and what each rule really decides in each list.
 * @param rules those that `book` is of
 */
export function ruleTable(
  lists: readonly (readonly string[])[],
  book: RuleBook,
  rules: ReadonlyMap<string, readonly SecurityGroupRule[]>,
): RuleTable {
  const rows: RuleRow[] = []
  const extents: (readonly Extent[])[] = []
  const rowOf = new Map<SecurityGroupRule | string, number>()
  const toRow = ({ rule, groupId }: RuleRef) => rowOf.get(rule ?? groupId)!
  const inGroup = new Map<string, readonly InGroup[]>()
  const groupIds = [...new Set(lists.flat())]
  for (const groupId of groupIds) {
    const places = new Map((rules.get(groupId) ?? []).map((rule, at) => [rule, at]))
    const add = (read: ReadRule, disabled: boolean) => {
      const { rule } = read.ref
      rowOf.set(rule ?? groupId, rows.length)
      extents.push(read.extents)
      rows.push(rowOfRule(read, rule === null ? -1 : places.get(rule)!, disabled))
      return { row: rows.length - 1, disabled }
    }
    const enabled = book.group(groupId).rules.map((read) => add(read, false))
    const disabled = book.disabled(groupId).map((read) => add(read, true))
    inGroup.set(groupId, placed(enabled, disabled, rows))
  }
  return {
    kind: 'rules',
    rows,
    extents: packExtents(extents),
    lists: lists.map((list) => listOf(list, book, inGroup, toRow)),
    empty: groupIds.filter((id) => inGroup.get(id)!.length === 0),
  }
}

type InGroup = { row: number; disabled: boolean }

/** The rules of a list, straight into numbers. */
function listOf(
  list: readonly string[],
  book: RuleBook,
  inGroup: ReadonlyMap<string, readonly InGroup[]>,
  toRow: (ref: RuleRef) => number,
): RuleList {
  const effective = effectiveRules(list, book)
  const effects = ruleEffects(effective)
  const groups = [...new Set(list)]
  const count = groups.reduce((sum, id) => sum + inGroup.get(id)!.length, 0)
  const found = {
    rows: new Int32Array(count),
    positions: new Int32Array(count),
    effects: new Uint8Array(count),
    by: new Int32Array(count * NAMED).fill(-1),
    byCounts: new Int32Array(count),
  }
  let n = 0
  let enabled = 0
  for (const [position, id] of groups.entries())
    for (const { row, disabled } of inGroup.get(id)!) {
      found.rows[n] = row
      found.positions[n] = position
      // The others are in the order of their effects.
      if (!disabled) {
        const effect = effects[enabled++]!
        const { by } = effect
        found.effects[n] = numberOf(effect)
        found.byCounts[n] = by.length
        for (let at = 0; at < NAMED && at < by.length; at++) found.by[n * NAMED + at] = toRow(by[at]!)
      }
      n++
    }
  return found
}

function numberOf({ effect, reason }: RuleEffect): number {
  let number = 0
  while (EFFECTS[number]!.effect !== effect || EFFECTS[number]!.reason !== reason) number++
  return number
}

/** Disabled rules among the others: each before the first that has a higher priority number. */
function placed<Row extends { row: number }>(
  enabled: readonly Row[],
  disabled: readonly Row[],
  rows: readonly RuleRow[],
): Row[] {
  const priorityOf = ({ row }: Row) => rows[row]!.priority
  const all = [...enabled]
  for (const one of disabled) {
    const next = all.findIndex((other) => priorityOf(other) > priorityOf(one))
    all.splice(next < 0 ? all.length : next, 0, one)
  }
  return all
}

function rowOfRule({ ref, action, priority, set, problem }: ReadRule, at: number, disabled: boolean) {
  const inDoubt = ref.doubt !== undefined
  return {
    groupId: ref.groupId,
    at,
    action,
    priority,
    isNamedSet: set >= 0,
    problem,
    inDoubt,
    disabled,
  }
}
