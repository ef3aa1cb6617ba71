import type { ChangePlan } from '../../vpc/plan-change.ts'

/** Groups are off the port from the step `after` to the step `last`; both count from 1. */
export type Absence = { after: number; last: number; groups: readonly string[] }

/**
 * Where a plan takes groups off the port for a while; absences in a row with the same groups are
 * one.
 */
export function absencesOf({ steps }: Pick<ChangePlan, 'steps'>): Absence[] {
  const absences: Absence[] = []
  for (const [n, { offThePort: groups }] of steps.entries()) {
    if (groups.length === 0) continue
    const before = absences.at(-1)
    if (before?.last === n + 1 && before.groups.join() === groups.join()) before.last = n + 2
    else absences.push({ after: n + 1, last: n + 2, groups })
  }
  return absences
}
