import {
  KeyboardSensor,
  MouseSensor,
  TouchSensor,
  useSensor,
  useSensors,
  type Active,
  type Announcements,
  type CollisionDetection,
  type DraggableSyntheticListeners,
  type KeyboardCoordinateGetter,
  type Over,
  type ScreenReaderInstructions,
} from '@dnd-kit/core'
import type { MouseEvent } from 'react'
import { positionOfGap } from './arrangement.ts'

/** What is dragged: `ids` together, out of the list or out of the catalogue. */
export type Dragged = {
  from: 'list' | 'catalogue'
  ids: () => readonly string[]
  /** The position (0 is the top) at which the first of them would stand, dropped in that gap. */
  positionAt: (gap: number) => number
}
/** Where it can be dropped: gap n is after the nth group of the list as it stands. */
export type Gap = { gap: number }

/** What is being dragged. */
export function draggedOf(
  active: Active | null,
): { from: Dragged['from']; ids: readonly string[] } | undefined {
  const data = active?.data.current as Dragged | undefined
  return data && { from: data.from, ids: data.ids() }
}

/** The position at which the first dragged group would stand, dropped in that gap. */
export function positionAt(active: Active | null, gap: number): number | undefined {
  return (active?.data.current as Dragged | undefined)?.positionAt(gap)
}

/** The gap that it would be dropped in, if any. */
export function gapOf(over: Over | null): number | undefined {
  return (over?.data.current as Gap | undefined)?.gap
}

/**
 * A mouse drags a row from anywhere on it, a finger only by its grip after a short hold (so that lists scroll), the
 * keyboard by its grip with Space.
 */
export function useDragSensors(desired: readonly string[]) {
  return useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 5 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 120, tolerance: 8 } }),
    useSensor(KeyboardSensor, {
      keyboardCodes: { start: ['Space'], cancel: ['Escape'], end: ['Space', 'Enter'] },
      coordinateGetter: nextGap(desired),
      scrollBehavior: 'instant' as ScrollBehavior,
    }),
  )
}

/** The mouse's listener for a whole row: its controls keep their own ways. */
export function mouseListener(listeners: DraggableSyntheticListeners) {
  return (event: MouseEvent) => {
    if (event.target instanceof Element && event.target.closest('button, input, a, label')) return
    // Keys held down choose rows.
    if (event.shiftKey || event.ctrlKey || event.metaKey) return
    listeners?.onMouseDown?.(event)
  }
}

/** The grip's listeners: keyboard and touch. */
export function gripListeners(listeners: DraggableSyntheticListeners) {
  return { onKeyDown: listeners?.onKeyDown, onTouchStart: listeners?.onTouchStart } as object
}

/** Finds the gap nearest to the pointer (or to the middle of what the keyboard moves). Beside the list there is none. */
export const nearestGap: CollisionDetection = ({
  droppableContainers,
  droppableRects,
  pointerCoordinates,
  collisionRect,
}) => {
  const x = pointerCoordinates?.x ?? collisionRect.left + 1
  const y = pointerCoordinates?.y ?? collisionRect.top + collisionRect.height / 2
  let best: { id: string | number; distance: number } | undefined
  for (const container of droppableContainers) {
    const rect = droppableRects.get(container.id)
    if (rect === undefined || x < rect.left - 40 || x > rect.right + 8) continue
    const distance = Math.abs(y - rect.top)
    if (best === undefined || distance < best.distance) best = { id: container.id, distance }
  }
  return best === undefined ? [] : [{ id: best.id, data: { value: best.distance } }]
}

/** Arrow keys go from position to position, not by pixels. */
const nextGap =
  (desired: readonly string[]): KeyboardCoordinateGetter =>
  (event, { currentCoordinates, context }) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.code]
    if (by === undefined) return
    event.preventDefault()
    const dragged = draggedOf(context.active)
    const gap = gapOf(context.over)
    if (dragged === undefined || gap === undefined || context.collisionRect === null) return
    const position = positionOfGap(desired, dragged.ids, gap) + by
    const next = gapOfPosition(desired, dragged.ids, position)
    const target = context.droppableContainers.toArray().find((one) => one.data.current?.gap === next)
    const rect = target && context.droppableRects.get(target.id)
    if (rect === undefined) return
    return { x: currentCoordinates.x, y: rect.top - context.collisionRect.height / 2 }
  }

/** The gap in which the dragged groups come to stand at `position`. */
function gapOfPosition(desired: readonly string[], ids: readonly string[], position: number): number {
  const rest = desired.filter((id) => !ids.includes(id))
  const clamped = Math.min(Math.max(0, position), rest.length)
  const above = rest[clamped - 1]
  return above === undefined ? 0 : desired.indexOf(above) + 1
}

/** What screen readers hear when they come to a grip. */
export const DRAG_INSTRUCTIONS: ScreenReaderInstructions = {
  draggable:
    'Press Space to lift the group, the up and down arrow keys to move it, Space again to drop it, Escape to cancel. ' +
    'Alt with an arrow key moves it at once, Delete detaches it.',
}

/** What screen readers hear while something is dragged. `nameOf` gives a group's name. */
export function dragAnnouncements(desired: readonly string[], nameOf: (id: string) => string): Announcements {
  const what = (ids: readonly string[]) =>
    ids.length === 1 ? nameOf(ids[0] ?? '') : `${ids.length} security groups`
  const start = (ids: readonly string[]) => desired.indexOf(desired.find((id) => ids.includes(id)) ?? '')
  const whole = (from: Dragged['from'], ids: readonly string[]) =>
    from === 'list' ? desired.length : desired.length + ids.length
  const where = (active: Active, over: Over | null) => {
    const dragged = draggedOf(active)
    const gap = gapOf(over)
    if (dragged === undefined || gap === undefined) return undefined
    const position = positionOfGap(desired, dragged.ids, gap)
    const above = desired.filter((id) => !dragged.ids.includes(id))[position - 1]
    const beneath = above === undefined ? 'at the top' : `after ${nameOf(above)}`
    return {
      ...dragged,
      position,
      text: `position ${position + 1} of ${whole(dragged.from, dragged.ids)}`,
      beneath,
    }
  }
  let justLifted = false
  return {
    onDragStart({ active }) {
      const dragged = draggedOf(active)
      if (dragged === undefined) return undefined
      justLifted = true
      const { from, ids } = dragged
      if (from === 'catalogue') return `${what(ids)} lifted from the catalogue`
      return `${what(ids)} lifted, position ${start(ids) + 1} of ${desired.length}`
    },
    onDragOver({ active, over }) {
      const at = where(active, over)
      const told = justLifted
      justLifted = false
      if (at === undefined)
        return told ? undefined : `${what(draggedOf(active)?.ids ?? [])} is not over the list`
      // Lifting has just told the position it starts from.
      if (told && at.from === 'list' && at.position === start(at.ids)) return undefined
      return `over ${at.text}, ${at.beneath}`
    },
    onDragEnd({ active, over }) {
      const at = where(active, over)
      return at === undefined
        ? 'Not dropped on the list: nothing changed'
        : `dropped at ${at.text}, ${at.beneath}`
    },
    onDragCancel({ active }) {
      return `Cancelled: ${what(draggedOf(active)?.ids ?? [])} stays where it was`
    },
  }
}
