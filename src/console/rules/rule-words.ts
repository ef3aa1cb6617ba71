import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import { textOf } from '../../vpc/shown.ts'
import { ruleParts, ruleText, type Names } from '../../vpc/traffic/explain.ts'
import { extentsAt } from '../../vpc/traffic/packed-extents.ts'
import { placeAt, type RulePlace, type RuleRow, type RuleTable } from '../../vpc/traffic/rule-table.ts'
import type { RuleRef } from '../../vpc/traffic/rules.ts'
import { joinAnd, serviceRanges, servicesText } from '../../vpc/traffic/service-ranges.ts'
import { capitalized } from '../facts/capitalized.ts'
import type { RulesQuestion } from '../traffic/compare-traffic.ts'
import type { Tone } from '../ui/Badge.tsx'
import type { IconName } from '../ui/Icon.tsx'

/** What a rule decides, in a word or two, and why. */
export type EffectWords = {
  kind: EffectKind
  text: string
  tone: Tone
  icon?: IconName
  why: string
}

/** The kinds of what a rule may decide: filters have them too. */
export type EffectKind =
  | 'all'
  | 'part'
  | 'open'
  | 'never'
  | 'in_doubt'
  | 'unreadable'
  | 'not_read'
  | 'disabled'

/** A rule as it is shown, copied and exported. */
export type RuleLine = {
  groupId: string
  groupName: string
  rule: SecurityGroupRule | null
  /** Of its group in the list, from 1. */
  position: number
  priority: string
  direction: string
  action: string
  isDeny: boolean
  traffic: string
  remote: string
  /** The group that is the remote, if it is one. */
  remoteGroup: string | undefined
  effect: EffectWords
}

const WORDS: Record<EffectKind, Pick<EffectWords, 'text' | 'tone' | 'icon'>> = {
  all: { text: 'All it matches', tone: 'neutral' },
  part: { text: 'A part', tone: 'accent' },
  open: { text: 'Perhaps a part', tone: 'accent' },
  never: { text: 'Never matches', tone: 'warn', icon: 'minus' },
  in_doubt: { text: 'May not take effect', tone: 'warn', icon: 'warning' },
  unreadable: { text: 'Can’t be read', tone: 'danger', icon: 'warning' },
  not_read: { text: 'Rules not read', tone: 'danger', icon: 'warning' },
  disabled: { text: 'Disabled', tone: 'neutral' },
}

/** So many earlier rules are named. */
const SPELLED = 2

/** How each kind is called. */
export const effectText = (kind: EffectKind): string => WORDS[kind].text

/** The kind of what a rule decides in one of the lists. */
export function effectKind(row: RuleRow, { effect }: Pick<RulePlace, 'effect'>): EffectKind {
  if (row.disabled) return 'disabled'
  if (row.at < 0) return 'not_read'
  if (row.inDoubt) return 'in_doubt'
  if (row.problem !== undefined) return 'unreadable'
  return effect === undefined || effect === 'unsure' ? 'unreadable' : effect
}

/** Reads a table of rules for people. */
export class RuleWords {
  readonly #table: RuleTable
  readonly #rules: RulesQuestion['rules']
  readonly #names: Names
  /** The same object each time: rows are drawn anew only for another. */
  readonly #lines = new Map<string, RuleLine>()

  constructor(table: RuleTable, rules: RulesQuestion['rules'], names: Names) {
    this.#table = table
    this.#rules = rules
    this.#names = names
  }

  /** The nth rule of one of the table's lists. */
  line(list: number, n: number): RuleLine {
    const key = `${list} ${n}`
    const known = this.#lines.get(key) ?? this.#line(list, n)
    this.#lines.set(key, known)
    return known
  }

  #line(list: number, n: number): RuleLine {
    const place = placeAt(this.#table.lists[list]!, n)
    const row = this.#table.rows[place.row]!
    const { rule, groupId } = this.#ref(place.row)
    const shared = {
      groupId,
      groupName: this.#names.group?.(groupId) || groupId,
      rule,
      position: place.position + 1,
      effect: this.effect(place),
      isDeny: row.action === 'deny',
    }
    if (rule === null)
      return {
        ...shared,
        priority: '',
        direction: '',
        action: '',
        traffic: '',
        remote: '',
        remoteGroup: undefined,
      }
    const said = ruleParts(rule, this.#names)
    const canRead = row.problem === undefined || row.inDoubt
    const [extent] = extentsAt(this.#table.extents, place.row)
    return {
      ...shared,
      priority: said.priority,
      direction: DIRECTIONS[said.direction] ?? said.direction,
      action: ACTIONS[said.action.toLowerCase()] ?? said.action,
      traffic: canRead && extent ? servicesText(serviceRanges(extent.services)) : said.traffic,
      remote: said.remote,
      remoteGroup: textOf(rule.remote_group_id),
    }
  }

  /** What a rule decides in one of the lists. */
  effect(place: RulePlace): EffectWords {
    const row = this.#table.rows[place.row]!
    const kind = effectKind(row, place)
    return { kind, ...WORDS[kind], why: this.#why(kind, row, place) }
  }

  #why(kind: EffectKind, row: RuleRow, { row: at, reason, by, byCount }: RulePlace): string {
    const others = by.slice(0, SPELLED).map((one) => ruleText(this.#ref(one), this.#names))
    switch (kind) {
      case 'all':
        return ''
      case 'part':
        return `Earlier rules match some of it, such as ${joinAnd(others)}.`
      case 'open':
        return `Earlier rules may match some of it, such as ${joinAnd(others)}.`
      case 'never': {
        if (reason === 'no_members')
          return this.#ref(at).rule?.remote_address_group_id
            ? 'Its address group has no such address.'
            : 'No port of its remote group has such an address.'
        const more = byCount > others.length ? [`${byCount - others.length} more`] : []
        const together = byCount > 1 ? ' together match' : ' matches'
        return `${capitalized(joinAnd([...others, ...more]))}${together} all of it first.`
      }
      case 'disabled':
        return 'It takes no part.'
      default:
        return `${capitalized(row.problem ?? '')}.`
    }
  }

  #ref(row: number): RuleRef {
    const { groupId, at } = this.#table.rows[row]!
    const rule = at < 0 ? null : (this.#rules[groupId]?.[at] ?? null)
    return { groupId, ruleId: rule?.id ?? null, rule }
  }
}

const DIRECTIONS: Record<string, string> = { ingress: 'Ingress', egress: 'Egress' }
const ACTIONS: Record<string, string> = { allow: 'Allow', deny: 'Deny' }

/** The columns of what is copied and exported, from the left. */
const COLUMNS: Record<string, (line: RuleLine) => string | number> = {
  position: (line) => line.position,
  group: (line) => line.groupName,
  priority: (line) => line.priority,
  direction: (line) => line.direction,
  action: (line) => line.action,
  protocol_and_ports: (line) => line.traffic,
  remote: (line) => line.remote,
  decides: (line) => line.effect.text,
  why: (line) => line.effect.why,
  description: ({ rule }) => textOf(rule?.description) ?? '',
  group_id: (line) => line.groupId,
  rule_id: ({ rule }) => textOf(rule?.id) ?? '',
}

/** The heads of the columns, then a row for each rule. */
export function ruleCells(lines: readonly RuleLine[]): (string | number)[][] {
  const columns = Object.values(COLUMNS)
  return [Object.keys(COLUMNS), ...lines.map((line) => columns.map((cell) => cell(line)))]
}

/** Rules as text for a spreadsheet's clipboard: tabs between cells. */
export function copiedRules(lines: readonly RuleLine[]): string {
  return ruleCells(lines)
    .map((cells) => cells.map((cell) => String(cell).replaceAll(/\s+/g, ' ')).join('\t'))
    .join('\n')
}
