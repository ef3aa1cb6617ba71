import { memo, Suspense, useCallback, type JSX, type RefObject } from 'react'
import type { DragLink } from '../drag/drag-link.ts'
import { DragLayer } from '../drag/DragLayer.tsx'
import { later } from '../errors/later.tsx'
import { groupName } from '../facts/group-facts.ts'
import { CopyRows } from '../list/CopyRows.tsx'
import { SlidingRows } from '../list/SlidingRows.tsx'
import { usePortState } from './port-state.tsx'

const FindInList = later(() => import('../list/FindInList.tsx').then((module) => module.FindInList))

/** A list of more groups than are in sight at once can be searched. */
const MANY_GROUPS = 15

const Drag = memo(DragLayer)

/**
 * What hands do with rows: drag them between the areas, copy them, search among them, and see where
 * they go.
 */
export function RowsArea(props: { areas: RefObject<HTMLElement | null>; dragLink: DragLink }): JSX.Element {
  const { areas } = props
  const { arranged, facts } = usePortState()
  const { groups } = facts
  const { desired, moved } = arranged.arrangement
  const nameOf = useCallback((id: string) => groupName({ groups }, id), [groups])
  return (
    <>
      <Drag {...props} desired={desired} nameOf={nameOf} />
      <SlidingRows areas={areas} desired={desired} moved={moved} />
      <CopyRows areas={areas} />
      {desired.length > MANY_GROUPS && (
        <Suspense>
          <FindInList areas={areas} desired={desired} groups={groups} />
        </Suspense>
      )}
    </>
  )
}
