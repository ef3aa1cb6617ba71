import { useMemo, type JSX } from 'react'
import { listDifference } from '../../vpc/list-difference.ts'
import { portSecurityOf } from '../../vpc/port-facts.ts'
import type { DragLink } from '../drag/drag-link.ts'
import { ListPanel } from '../list/ListPanel.tsx'
import { NO_REFUSALS } from '../plan/use-checking.ts'
import { usePortState } from './port-state.tsx'

/** The ordered list. It follows the arrangement at once, and nothing else of the page. */
export function ListArea({ dragLink }: { dragLink: DragLink }): JSX.Element {
  const { port, arranged, facts, plan, checking, limit } = usePortState()
  const { arrangement } = arranged
  // Not out of the plan: that is made once the list is painted.
  const { moved, detached } = useMemo(() => {
    const difference = listDifference(arrangement.madeFor, arrangement.desired)
    return { moved: idsOf(difference.moved), detached: idsOf(difference.removed) }
  }, [arrangement])
  return (
    <ListPanel
      arrangement={arrangement}
      change={arranged.change}
      facts={facts}
      moved={moved}
      detached={detached}
      refusals={plan.current ? checking.refusals : NO_REFUSALS}
      limit={limit}
      secured={portSecurityOf(port) !== false}
      lockReason={arranged.lockReason}
      dragLink={dragLink}
    />
  )
}

const idsOf = (groups: readonly { id: string }[]) => groups.map(({ id }) => id)
