import {
  KeyboardSensor,
  MouseSensor,
  TouchSensor,
  useSensor,
  useSensors,
  type Active,
  type Announcements,
  type ClientRect,
  type CollisionDetection,
  type KeyboardCoordinateGetter,
  type Over,
  type UniqueIdentifier,
} from '@dnd-kit/core'
import type { Dragged } from './dragged.ts'

/** Where it can be dropped: gap n is after the nth group of the list as it stands. */
export type Gap = { gap: number }

/** What is being dragged. */
export function draggedOf(active: Active | null): Dragged | undefined {
  return active?.data.current as Dragged | undefined
}

/** What is being dragged, in words: a group's name, or how many. */
export function draggedWords(dragged: Dragged | undefined): string {
  const count = dragged?.ids().length ?? 0
  return count === 1 ? (dragged?.name() ?? '') : `${count} security groups`
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

/**
 * Finds the gap nearest to the pointer (or to the middle of what the keyboard moves). Beside the list there is none. Called
 * with every movement: a gap's place is only asked for where it must be, as dnd-kit reckons it anew each time from how far
 * everything around it is scrolled.
 */
export const nearestGap: CollisionDetection = ({
  droppableContainers,
  droppableRects,
  pointerCoordinates,
  collisionRect,
}) => {
  const x = pointerCoordinates?.x ?? collisionRect.left + 1
  const y = pointerCoordinates?.y ?? collisionRect.top + collisionRect.height / 2
  const gaps: { id: UniqueIdentifier; rect: ClientRect }[] = []
  for (const { id, data } of droppableContainers) {
    const rect = droppableRects.get(id)
    const gap = (data.current as Gap | undefined)?.gap
    if (rect !== undefined && gap !== undefined) gaps[gap] = { id, rect }
  }
  // From the top down; while they are measured anew one may be missing.
  const known = gaps.filter(Boolean)
  const side = known[0]?.rect
  if (side === undefined || x < side.left - 40 || x > side.right + 8) return []
  let [low, high] = [0, known.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (known[middle]!.rect.top < y) low = middle + 1
    else high = middle
  }
  const [above, below] = [known[low - 1], known[low]!]
  const nearest = above && y - above.rect.top <= Math.abs(below.rect.top - y) ? above : below
  return [{ id: nearest.id, data: { value: Math.abs(y - nearest.rect.top) } }]
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
    const next = gapOfPosition(desired, dragged.ids(), dragged.positionAt(gap) + by)
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

/** What screen readers hear while something is dragged. `nameOf` gives a group's name. */
export function dragAnnouncements(desired: readonly string[], nameOf: (id: string) => string): Announcements {
  let justLifted = false
  const start = (ids: readonly string[]) => desired.findIndex((id) => ids.includes(id))
  const where = (active: Active, over: Over | null) => {
    const dragged = draggedOf(active)
    const gap = gapOf(over)
    if (dragged === undefined || gap === undefined) return undefined
    const ids = dragged.ids()
    const position = dragged.positionAt(gap)
    const above = desired.filter((id) => !ids.includes(id))[position - 1]
    const whole = dragged.from === 'list' ? desired.length : desired.length + ids.length
    const beneath = above === undefined ? 'at the top' : `after ${nameOf(above)}`
    const unmoved = dragged.from === 'list' && position === start(ids)
    return { unmoved, text: `position ${position + 1} of ${whole}, ${beneath}` }
  }
  return {
    onDragStart({ active }) {
      const dragged = draggedOf(active)
      justLifted = true
      return dragged?.from === 'list'
        ? `${draggedWords(dragged)} lifted, position ${start(dragged.ids()) + 1} of ${desired.length}`
        : `${draggedWords(dragged)} lifted from the catalogue`
    },
    onDragOver({ active, over }) {
      const at = where(active, over)
      const told = justLifted
      justLifted = false
      // Lifting has just told where it starts from.
      if (told && (at === undefined || at.unmoved)) return undefined
      return at === undefined ? `${draggedWords(draggedOf(active))} is not over the list` : `over ${at.text}`
    },
    onDragEnd({ active, over }) {
      const at = where(active, over)
      return at === undefined ? 'Not dropped on the list: nothing changed' : `dropped at ${at.text}`
    },
    onDragCancel({ active }) {
      return `Cancelled: ${draggedWords(draggedOf(active))} stays where it was`
    },
  }
}
