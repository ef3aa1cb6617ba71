import type { JSX } from 'react'
import { portSecurityOf } from '../../vpc/port.ts'
import type { DragLink } from '../drag/drag-link.ts'
import { ListPanel } from '../list/ListPanel.tsx'
import { NO_REFUSALS } from '../plan/use-checking.ts'
import { usePortState } from './port-state.tsx'

const NO_GROUPS: readonly string[] = []

/** The ordered list. It follows the arrangement at once, and nothing else of the page. */
export function ListArea({ dragLink }: { dragLink: DragLink }): JSX.Element {
  const { port, arranged, facts, plan, checking, limit } = usePortState()
  const { now, shown } = plan
  const changes = 'problem' in now.plan ? undefined : now.plan
  return (
    <ListPanel
      arrangement={arranged.arrangement}
      change={arranged.change}
      facts={facts}
      moved={changes?.moved ?? NO_GROUPS}
      detached={changes?.detached ?? NO_GROUPS}
      refusals={shown === now ? checking.refusals : NO_REFUSALS}
      limit={limit}
      secured={portSecurityOf(port) !== false}
      lockReason={arranged.lockReason}
      dragLink={dragLink}
    />
  )
}
