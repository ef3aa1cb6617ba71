import { memo, useCallback, useEffect, type JSX, type RefObject } from 'react'
import { useUndoKeys } from '../arrangement/undo-keys.ts'
import type { DragLink } from '../drag/drag-link.ts'
import { DragLayer } from '../drag/DragLayer.tsx'
import { groupName } from '../facts/group-facts.ts'
import { RowTools } from './later-parts.ts'
import { usePortState } from './port-state.tsx'

/** A list of more groups than are in sight at once can be searched. */
const MANY_GROUPS = 15

const Drag = memo(DragLayer)

/**
 * What hands do with rows: drag them between the areas, undo that by keys, copy them, search among
 * them, and see where they go.
 */
export function RowsArea(props: { areas: RefObject<HTMLElement | null>; dragLink: DragLink }): JSX.Element {
  const { areas, dragLink } = props
  const { arranged, facts } = usePortState()
  const { groups } = facts
  useUndoKeys(arranged.change)
  const { desired, moved } = arranged.arrangement
  const nameOf = useCallback((id: string) => groupName({ groups }, id), [groups])
  const many = desired.length > MANY_GROUPS
  useEffect(() => {
    // The search of a long list is in sight at once. Before a pointer or the focus has come,
    // nothing else can be done to rows.
    if (many) RowTools.load()
    else for (const type of ['pointerover', 'focusin']) areas.current?.addEventListener(type, RowTools.load)
  }, [areas, many])
  return (
    <>
      {/* Before the drop is over: rows that were dropped do not slide. */}
      <RowTools waiting={null} {...{ areas, desired, moved, dragLink, groups, many }} />
      <Drag {...props} desired={desired} locked={arranged.lockReason !== undefined} nameOf={nameOf} />
    </>
  )
}
