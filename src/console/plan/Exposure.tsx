import type { JSX } from 'react'
import type { ChangePlan } from '../../vpc/plan-change.ts'
import { groupNames, type GroupFacts } from '../groups/group-facts.ts'
import { Notice } from '../ui/Notice.tsx'

type Names = Pick<GroupFacts, 'groups'>

/** Between which steps groups that stay on the list are off the port. `after` counts from 1; `last` likewise. */
type Gap = { after: number; last: number; groups: readonly string[] }

/** The gaps of a plan in which groups are off the port; neighbouring gaps with the same groups are one. */
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

/** Says plainly which groups are off the port while the plan is carried out, and what that means. Nothing when none is. */
export function Exposure({ plan, facts }: { plan: ChangePlan; facts: Names }): JSX.Element | null {
  const gaps = gapsOf(plan)
  if (gaps.length === 0) return null
  return (
    <Notice tone="warn" title="Groups are off the port for a moment">
      <ul>
        {gaps.map(({ after, last, groups }) => (
          <li key={after}>
            Between step {after} and step {last}: <b>{groupNames(facts, groups)}</b>.
          </li>
        ))}
      </ul>
      <p>
        Their rules do not apply then: what they allow may be dropped, and what they deny may be allowed by a
        group beneath them.
      </p>
    </Notice>
  )
}
