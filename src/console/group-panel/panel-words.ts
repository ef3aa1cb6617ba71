import { counted } from '../facts/change-words.ts'
import { effectText, type EffectKind } from '../rules/rule-words.ts'

/** What is said of the rules of a group: how many, and which of them decide nothing. */
export function rulesText(count: number, kinds: readonly EffectKind[]): string {
  if (count === 0 && kinds.length === 0)
    return 'This group has no rules: it matches no traffic, and the groups below it decide.'
  const of = (kind: EffectKind) => kinds.filter((one) => one === kind).length
  const marked = (['never', 'disabled', 'in_doubt', 'unreadable', 'not_read'] as const).flatMap((kind) =>
    of(kind) > 0 ? [`${of(kind)} ${lowered(effectText(kind))}`] : [],
  )
  return `${[counted(count, 'rule'), ...marked].join('; ')}. Within this group alone: on a port, the groups above it decide first.`
}

function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

/** Where a port has a group: 'position 2 of 6'. Undefined where its list does not name it. */
export function positionText(list: readonly string[], id: string): string | undefined {
  const at = list.indexOf(id)
  return at < 0 ? undefined : `position ${at + 1} of ${list.length}`
}
