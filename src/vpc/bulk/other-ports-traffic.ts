import { textOf } from '../shown.ts'
import { ruleDifference, type TrafficDifference } from '../traffic/difference.ts'
import {
  effectiveRules,
  RuleBook,
  type EffectiveRules,
  type RulesByGroup,
} from '../traffic/effective-rules.ts'
import type { Flow } from '../traffic/flow.ts'
import { onlyInBetween } from '../traffic/in-between.ts'
import type { ReadOptions, ReadRule } from '../traffic/rules.ts'
import type { MemberChanges } from './member-changes.ts'

/** A list that ports have, and the family of their flavor, as flavorFamily says it. */
export type ListOfPorts = { list: readonly string[]; flavor: string | undefined }

/** What passes differently between ports with one list, which stays, and the ports that change. */
export type ListTraffic = {
  end: TrafficDifference
  /** After each step but the last: what is not so before, nor at the end. */
  inBetween: readonly (readonly Flow[])[]
}

/**
 * What passes differently between other ports and those that change, as trafficOfOtherPorts does it
 * for one port. Exact for the addresses that the changed ports list; each flow has only these as
 * remote.
 */
export class OtherPortsOfMany {
  readonly #members: MemberChanges
  readonly #rules: RulesByGroup
  readonly #entriesOf: ReadOptions['entriesOf']
  readonly #books = new Map<string | undefined, RuleBook>()
  /** Addresses by the names that rules of a stage have for them as remote. */
  readonly #parts = new Map<string, readonly string[]>()
  readonly #versions = new Map<string, Map<ReadRule, Versions>>()

  constructor(members: MemberChanges, rules: RulesByGroup, entriesOf: ReadOptions['entriesOf']) {
    this.#members = members
    this.#rules = rules
    this.#entriesOf = entriesOf
  }

  /**
   * Reads the rules of lists. Before the first comparison: addresses are divided anew when more
   * rules are read.
   */
  read(all: Iterable<ListOfPorts>): void {
    for (const { list, flavor } of all)
      for (const rule of effectiveRules(list, this.#bookOf(flavor)).rules)
        for (const stage of this.#members.stages) this.#versionsOf(rule, stage, flavor)
  }

  /** Undefined where nothing can differ. */
  trafficOf({ list, flavor }: ListOfPorts): ListTraffic | undefined {
    const book = this.#bookOf(flavor)
    const rules = effectiveRules(list, book)
    if (!rules.rules.some(this.#mayChange)) return undefined
    const afterStage = this.#members.stages.map((stage) => {
      const versions = rules.rules.map((rule) => this.#versionsOf(rule, stage, flavor))
      const side = (which: 'before' | 'after'): EffectiveRules => ({
        ...rules,
        rules: versions.flatMap((one) => one[which]),
      })
      return ruleDifference(side('before'), side('after'), this.#mayChange)
    })
    const end = afterStage.at(-1)
    return (
      end && { end, inBetween: afterStage.slice(0, -1).map(({ flows }) => onlyInBetween(flows, end.flows)) }
    )
  }

  #bookOf(flavor: string | undefined): RuleBook {
    const known = this.#books.get(flavor)
    if (known) return known
    const book = new RuleBook(this.#rules, {
      // Only the changed ports' addresses matter, so of every group only these are members.
      membersOf: (id) => this.#parts.get(id) ?? this.#members.at(id, 0),
      ...(this.#entriesOf && { entriesOf: this.#entriesOf }),
      flavor,
    })
    this.#books.set(flavor, book)
    return book
  }

  readonly #mayChange = (rule: ReadRule): boolean => this.#members.changing.has(remoteOf(rule))

  /** What a rule means now and at a stage, for the changed ports' addresses. */
  #versionsOf(rule: ReadRule, stage: number, flavor: string | undefined): Versions {
    if (!this.#mayChange(rule)) return { before: [rule], after: [rule] }
    const key = `${stage} ${flavor}`
    let versions = this.#versions.get(key)
    if (!versions) this.#versions.set(key, (versions = new Map()))
    const known = versions.get(rule)
    if (known) return known
    const group = remoteOf(rule)
    const of = (part: string, addresses: () => readonly string[]) => {
      const name = `${part} ${stage} ${group}`
      if (!this.#parts.has(name)) this.#parts.set(name, addresses())
      return withMembers(rule, this.#bookOf(flavor), name)
    }
    const changed = () => this.#members.changed(group, stage)
    // One that can't be read means the same before and after but where its remote changes.
    const same = rule.problem !== undefined && of('same', () => this.#members.others(changed()))
    const made = same
      ? { before: [of('changed', changed), same], after: [of('changed', changed), same] }
      : { before: [rule], after: [of('at', () => this.#members.at(group, stage))] }
    versions.set(rule, made)
    return made
  }
}

type Versions = { before: readonly ReadRule[]; after: readonly ReadRule[] }

/** The group that a rule has as remote, or the empty text. */
export function remoteOf({ ref }: ReadRule): string {
  return textOf(ref.rule?.remote_group_id) ?? ''
}

/** Another rule that says the same of the members of `group`. */
export function withMembers(rule: ReadRule, book: RuleBook, group: string): ReadRule {
  const addresses = book.members(group)
  const extents = rule.extents.map((extent) => ({ ...extent, addresses: addresses?.[extent.family] }))
  return { ...rule, extents, set: -1 }
}
