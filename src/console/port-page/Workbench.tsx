import { useEffect, useRef, useState, type JSX, type ReactNode, type RefObject } from 'react'
import { firstViewDrawn } from '../hooks/first-view.ts'
import type { PortResponse } from '../../vpc/responses.ts'
import { createDragLink } from '../drag/drag-link.ts'
import { useFocusRescue } from '../hooks/focus-rescue.ts'
import { CatalogueArea } from './CatalogueArea.tsx'
import { loadParts, PlanArea, RowsArea } from './later-parts.ts'
import { ListArea } from './ListArea.tsx'
import { LoadingPanel } from './LoadingPanel.tsx'
import { PageSections } from './PageSections.tsx'
import { PortNotices } from './PortNotices.tsx'
import { PortStateProvider, usePortState } from './port-state.tsx'
import styles from './Workbench.module.css'

const PLAN_LOADING = <LoadingPanel title="Plan" />

/**
 * Everything below the port's head: notices, the list, the catalogue, the plan, what traffic
 * changes, and the port in full. Each part takes what it needs from the page's state.
 */
export function Workbench(props: { project: string; response: PortResponse }): JSX.Element {
  const areas = useRef<HTMLDivElement>(null)
  const planHeading = useRef<HTMLHeadingElement>(null)
  const [dragLink] = useState(createDragLink)
  return (
    <PortStateProvider {...props}>
      <PortNotices dragLink={dragLink} />
      <Areas ref={areas}>
        <ListArea dragLink={dragLink} />
        <CatalogueArea dragLink={dragLink} />
        <PlanArea waiting={PLAN_LOADING} headingRef={planHeading} />
      </Areas>
      <RowsArea waiting={null} areas={areas} dragLink={dragLink} />
      <PageSections />
      <PageEffects />
    </PortStateProvider>
  )
}

/** The three areas beside each other; marked while the plan is not yet the list's. */
function Areas({
  ref,
  children,
}: {
  ref: RefObject<HTMLDivElement | null>
  children: ReactNode
}): JSX.Element {
  const { plan } = usePortState()
  return (
    <div className={styles.areas} ref={ref} data-areas data-replanning={!plan.current || undefined}>
      {children}
    </div>
  )
}

/**
 * What the page does beside drawing: the focus, the code of the other parts. The last of the parts:
 * a question that appears takes the focus before this looks where it is.
 */
function PageEffects(): null {
  const { arranged, operations, listDrawn } = usePortState()
  useFocusRescue([
    ...operations.awaitingChoice.map(({ operation_id }) => operation_id),
    ...(arranged.conflict === null ? [] : ['conflict']),
  ])
  useEffect(() => {
    if (!listDrawn) return
    loadParts()
    firstViewDrawn()
  }, [listDrawn])
  return null
}
