import { useCallback, type JSX, type RefObject } from 'react'
import type { DragLink } from '../drag/drag-link.ts'
import { groupName } from '../facts/group-facts.ts'
import { DragLayer } from './later-parts.ts'
import { usePortState } from './port-state.tsx'

/** Dragging between the areas. */
export function DragArea(props: { areas: RefObject<HTMLElement | null>; dragLink: DragLink }): JSX.Element {
  const { arranged, facts } = usePortState()
  const { groups } = facts
  const nameOf = useCallback((id: string) => groupName({ groups }, id), [groups])
  return <DragLayer waiting={null} {...props} desired={arranged.arrangement.desired} nameOf={nameOf} />
}
