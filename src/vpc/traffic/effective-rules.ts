import type { SecurityGroupRule } from '../security-group.ts'
import { AddressCells } from './address-cells.ts'
import type { AddressRange, Family } from './addresses.ts'
import { flavorFamily, rulesInDoubt } from './rules-in-doubt.ts'
import {
  readRule,
  RuleReader,
  rulesNotRead,
  type ReadOptions,
  type ReadRule,
  type RemoteSet,
  type RuleRef,
} from './rules.ts'

/**
 * The rules of security groups by group ID; undefined, or no entry, when a group's rules were not
 * read.
 */
export type RulesByGroup =
  | ReadonlyMap<string, readonly SecurityGroupRule[] | undefined>
  | Readonly<Record<string, readonly SecurityGroupRule[] | undefined>>

/**
 * The rules of all groups in question, each read once, so that several lists of the same groups can
 * be compared.
 */
export class RuleBook {
  readonly #rules: RulesByGroup
  readonly #flavor: string | undefined
  readonly #reader: RuleReader
  readonly #read = new Map<string, GroupRules>()
  readonly #cells = new Map<Family, { lists: number; cells: AddressCells }>()

  constructor(rules: RulesByGroup, options: ReadOptions = {}) {
    this.#rules = rules
    this.#flavor = flavorFamily(options.flavor)
    this.#reader = new RuleReader(options)
  }

  /** The named sets that rules of this book have as remote; rules name them by index. */
  get sets(): readonly RemoteSet[] {
    return this.#reader.sets
  }

  /** The rules of one group, in the order they are decided. */
  group(groupId: string): GroupRules {
    const known = this.#read.get(groupId)
    if (known) return known
    const rules = this.#rulesOf(groupId)
    const disabled = rules?.filter((rule) => rule.enabled === false) ?? []
    const enabled = rules?.filter((rule) => rule.enabled !== false)
    const doubts = rulesInDoubt(enabled ?? [], this.#flavor)
    const group = {
      rules: enabled
        ? enabled
            .map((rule) => inDoubt(readRule(rule, groupId, this.#reader), doubts.get(rule)))
            .toSorted((a, b) => a.priority - b.priority || rankAtEqualPriority(a) - rankAtEqualPriority(b))
        : [rulesNotRead(groupId)],
      disabled: disabled.map((rule) => ({ groupId, ruleId: rule.id, rule })),
    }
    this.#read.set(groupId, group)
    return group
  }

  /** The disabled rules of one group, read as if they were enabled. */
  disabled(groupId: string): readonly ReadRule[] {
    return this.group(groupId).disabled.map(({ rule }) => readRule(rule!, groupId, this.#reader))
  }

  /** The addresses of a group's ports, merged; undefined when not all of them are known. */
  members(groupId: string): Record<Family, readonly AddressRange[]> | undefined {
    return this.#reader.members(groupId)
  }

  /**
   * The addresses of all rules read so far, divided into cells: made once, used for every
   * comparison.
   */
  cells(family: Family): AddressCells {
    const lists = this.#reader.lists[family]
    const known = this.#cells.get(family)
    if (known?.lists === lists.size) return known.cells
    const cells = new AddressCells(lists, family)
    this.#cells.set(family, { lists: lists.size, cells })
    return cells
  }

  #rulesOf(groupId: string): readonly SecurityGroupRule[] | undefined {
    const rules = this.#rules
    if (rules instanceof Map) return rules.get(groupId)
    return Object.hasOwn(rules, groupId)
      ? (rules as Record<string, readonly SecurityGroupRule[] | undefined>)[groupId]
      : undefined
  }
}

type GroupRules = { rules: readonly ReadRule[]; disabled: readonly RuleRef[] }

/** A rule that may not take effect: it may match, or not. */
function inDoubt(rule: ReadRule, doubt: string | undefined): ReadRule {
  if (doubt === undefined || rule.problem !== undefined) return rule
  return { ...rule, ref: { ...rule.ref, doubt }, set: -1, problem: doubt }
}

/**
 * Order among rules of equal priority: deny before allow (docs/platform.md, Order), and what could
 * be either in between. An unreadable rule comes after the readable ones that give the same
 * verdict, as these decide whatever it means.
 */
function rankAtEqualPriority({ action, problem }: ReadRule): number {
  if (action === undefined) return 2
  return (action === 'deny' ? 0 : 3) + (problem === undefined ? 0 : 1)
}

// A loop: with flatMap each of thousands of rules takes a list.
function unreadableOf(rules: readonly ReadRule[]): UnreadableRule[] {
  const found: UnreadableRule[] = []
  for (const { ref, problem } of rules) if (problem !== undefined) found.push({ ref, problem })
  return found
}

/** The rules of a port for one list of groups. */
export type EffectiveRules = {
  book: RuleBook
  groupIds: readonly string[]
  /**
   * In the order they are decided: the first that matches wins. Disabled rules are not among them.
   */
  rules: readonly ReadRule[]
  /** Rules that take no part, as `enabled` is false. */
  disabled: readonly RuleRef[]
  /** Rules that can't be read, and why; also groups whose rules were not read (`rule` is null). */
  unreadable: readonly UnreadableRule[]
}

/** A rule that can't be read, and why. */
export type UnreadableRule = { ref: RuleRef; problem: string }

/**
 * The rules of a port in the order they are decided: the order of its groups, then priority 1..100,
 * then deny before allow (docs/platform.md, Order). Traffic that no rule matches is denied.
 */
export function effectiveRules(groupIds: readonly string[], book: RuleBook): EffectiveRules {
  // A group that is named twice decides where it is named first.
  const groups = [...new Set(groupIds)].map((id) => book.group(id))
  const rules: ReadRule[] = []
  for (const group of groups) for (const rule of group.rules) rules.push(rule)
  return {
    book,
    groupIds,
    rules,
    disabled: groups.flatMap((group) => group.disabled),
    unreadable: unreadableOf(rules),
  }
}
