import { Suspense, type JSX } from 'react'
import { later } from '../errors/later.tsx'
import { sameList } from '../../vpc/list-difference.ts'
import { rebase } from '../../vpc/rebase.ts'
import type { PortOperations } from '../operations/follow-operations.ts'
import { Notice } from '../ui/Notice.tsx'
import {
  arrange,
  arrangementOf,
  isChanged,
  type Arrangement,
  type GroupList,
} from '../arrangement/arrangement.ts'
import type { GroupFacts } from '../facts/group-facts.ts'
import { lastChange } from './watched-change.ts'

const OperationProgress = later(() =>
  import('../operations/OperationProgress.tsx').then((module) => module.OperationProgress),
)
const LastChange = later(() => import('../operations/LastChange.tsx').then((module) => module.LastChange))

type PlanSideProps = {
  operations: PortOperations
  arrangement: Arrangement
  list: GroupList
  facts: GroupFacts
  /** Operations that were under way while the page is open. */
  seen: ReadonlySet<string>
  lockReason: string | undefined
  keep: (arrangement: Arrangement) => void
}

/**
 * The operations on the port, shown in place of a plan: those under way, or the last change while
 * nothing is arranged.
 */
export function PlanSide(props: PlanSideProps): JSX.Element | null {
  const { operations, arrangement, list, facts, seen, lockReason, keep } = props
  if (operations.underWay.length > 0)
    return (
      <Suspense>
        {operations.underWay.map((operation) => (
          <OperationProgress
            key={operation.operation_id}
            operation={operation}
            facts={facts}
            trouble={operations.error}
          />
        ))}
      </Suspense>
    )
  const refused = operations.all[0]
  if (refused?.status === 'list_changed' && refused.operation_id === arrangement.operationId)
    return (
      <Notice tone="warn" title="Nothing was sent">
        Somebody changed the port after the plan was made. Your arrangement fits the list that it has now:
        check it, then apply it again.
      </Notice>
    )
  const last = lastChange(operations.all)
  if (last === undefined || isChanged(arrangement)) return null
  const opposite = rebase(last.desired, last.before, list).desired
  const canUndo = lockReason === undefined && last.purpose !== 'go_back' && !sameList(opposite, list)
  return (
    <Suspense>
      <LastChange
        operation={last}
        facts={facts}
        fresh={seen.has(last.operation_id)}
        onUndo={canUndo ? () => keep(arrange(arrangementOf(list), opposite)) : undefined}
      />
    </Suspense>
  )
}
