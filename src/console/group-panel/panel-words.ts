import { counted } from '../facts/change-words.ts'
import type { EffectKind } from '../rules/rule-words.ts'

const KINDS: readonly (readonly [EffectKind, string, string?])[] = [
  ['never', 'never matches', 'never match'],
  ['disabled', 'disabled'],
  ['in_doubt', 'may not take effect'],
  ['unreadable', 'can’t be read'],
  ['not_read', 'not read'],
]

/** What is said of the rules of a group: how many, and which of them decide nothing. */
export function rulesText(count: number, kinds: readonly EffectKind[]): string {
  if (count === 0 && kinds.length === 0)
    return 'This group has no rules: it matches no traffic, and the groups below it decide.'
  const of = (kind: EffectKind) => kinds.filter((one) => one === kind).length
  const marked = KINDS.flatMap(([kind, one, many = one]) =>
    of(kind) > 0 ? [counted(of(kind), one, many)] : [],
  )
  return `${[counted(count, 'rule'), ...marked].join('; ')}. Within this group alone: on a port, the groups above it decide first.`
}

/** Where a port has a group: 'position 2 of 6'. Undefined where its list does not name it. */
export function positionText(list: readonly string[], id: string): string | undefined {
  const at = list.indexOf(id)
  return at < 0 ? undefined : `position ${at + 1} of ${list.length}`
}
