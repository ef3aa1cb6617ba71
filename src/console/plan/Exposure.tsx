import type { JSX } from 'react'
import type { ChangePlan } from '../../vpc/plan-change.ts'
import { groupNames, type GroupFacts } from '../facts/group-facts.ts'
import { Notice } from '../ui/Notice.tsx'
import { absencesOf } from './absences.ts'

type Names = Pick<GroupFacts, 'groups'>

/** Says which groups are off the port while the plan is carried out, and what that means. */
export function Exposure({ plan, facts }: { plan: ChangePlan; facts: Names }): JSX.Element | null {
  const absences = absencesOf(plan)
  if (absences.length === 0) return null
  return (
    <Notice tone="warn" title="Groups are off the port for a moment">
      <ul>
        {absences.map(({ after, last, groups }) => (
          <li key={after}>
            Between step {after} and step {last}: <b>{groupNames(facts, groups)}</b>.
          </li>
        ))}
      </ul>
      <p>
        Their rules do not apply then: what they allow may be denied, and what they deny may be allowed by a
        group below them.
      </p>
    </Notice>
  )
}
