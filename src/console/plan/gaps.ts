import type { ChangePlan } from '../../vpc/plan-change.ts'

/**
 * Between which steps groups that stay on the list are off the port. `after` counts from 1; `last`
 * likewise.
 */
export type Gap = { after: number; last: number; groups: readonly string[] }

/**
 * The gaps of a plan in which groups are off the port; neighbouring gaps with the same groups are
 * one.
 */
export function gapsOf({ steps }: Pick<ChangePlan, 'steps'>): Gap[] {
  const gaps: Gap[] = []
  for (const [n, { offThePort: groups }] of steps.entries()) {
    if (groups.length === 0) continue
    const before = gaps.at(-1)
    if (before?.last === n + 1 && before.groups.join() === groups.join()) before.last = n + 2
    else gaps.push({ after: n + 1, last: n + 2, groups })
  }
  return gaps
}
