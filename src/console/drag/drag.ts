import {
  MouseSensor,
  TouchSensor,
  useSensor,
  useSensors,
  type Active,
  type Announcements,
  type Collision,
  type CollisionDetection,
} from '@dnd-kit/core'
import { useEffect } from 'react'
import type { Dragged } from './drag-link.ts'

/** The ID of the one area to drop on, the list; `nearestGap` finds the gap in it. */
export const LIST = 'list'

/**
 * How far below the list's upper edge each gap is, in px; gap n is after the nth group. Takes the
 * height of the list: when that has changed, the rows have, and are measured again.
 */
export type GapTops = (height: number) => readonly number[]

/**
 * Measures the gaps between the rows of `desired` once for a whole drag: each time costs a layout.
 */
export function gapTops(desired: readonly string[], list: () => Element | null): GapTops {
  let measured: { height: number; tops: number[] } | undefined
  return (height) => {
    if (measured?.height !== height) measured = { height, tops: measure(list()).slice(0, desired.length + 1) }
    return measured.tops
  }
}

function measure(list: Element | null): number[] {
  if (list === null) return []
  const rows = list.querySelectorAll<HTMLElement>(':scope > :is([data-row], [data-end])')
  // Where they are in the list: on the screen they may still slide there (list/SlidingRows.tsx).
  return [...rows].map((row) => row.offsetTop)
}

/** What is being dragged. */
export function draggedOf(active: Active | null): Dragged | undefined {
  return active?.data.current as Dragged | undefined
}

/** The gap that dnd-kit found, if any. */
export function gapOf(collisions: readonly Collision[] | null): number | undefined {
  return collisions?.[0]?.data?.gap as number | undefined
}

/**
 * A mouse drags a row by its grip or where it is empty, a finger only by its grip after a short
 * hold, so that lists scroll. Keys are not dnd-kit's (key-lift.ts).
 */
export function useDragSensors() {
  return useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 5 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 120, tolerance: 8 } }),
  )
}

/** Finds the gap nearest to the pointer. Beside the list there is none. */
export const nearestGap =
  (tops: GapTops): CollisionDetection =>
  ({ droppableRects, pointerCoordinates: pointer }) => {
    const list = droppableRects.get(LIST)
    if (list === undefined || pointer === null) return []
    if (pointer.x < list.left - 40 || pointer.x > list.right + 8) return []
    const y = pointer.y - list.top
    const from = tops(list.height)
    // From the top down.
    let [low, high] = [0, from.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (from[middle]! < y) low = middle + 1
      else high = middle
    }
    const gap = low > 0 && y - from[low - 1]! <= Math.abs(from[low]! - y) ? low - 1 : low
    return [{ id: LIST, data: { gap } }]
  }

/**
 * Ends a drag by the pointer, without a move, where no release will end it: the window loses focus,
 * or the mouse moves without a button (it was released outside the window). dnd-kit itself ends it
 * when the page is hidden.
 */
export function useEndWithoutRelease(isLifted: boolean): void {
  useEffect(() => {
    if (!isLifted) return
    const onMove = ({ buttons }: MouseEvent) => {
      if (buttons === 0) cancelDrag()
    }
    addEventListener('blur', cancelDrag)
    addEventListener('mousemove', onMove)
    return () => {
      removeEventListener('blur', cancelDrag)
      removeEventListener('mousemove', onMove)
    }
  }, [isLifted])
}

/** All sensors of dnd-kit end at Escape, and it offers no other way to end them. */
function cancelDrag(): void {
  document.dispatchEvent(new KeyboardEvent('keydown', { code: 'Escape' }))
}

/** The gap that puts the dragged groups at `position`, or at the end of the list. */
export function gapOfPosition(desired: readonly string[], ids: readonly string[], position: number): number {
  const rest = desired.filter((id) => !ids.includes(id))
  const above = rest[Math.min(position, rest.length) - 1]
  return above === undefined ? 0 : desired.indexOf(above) + 1
}

/** The position of the first of the dragged groups; -1 when none is in the list. */
export function firstPosition(desired: readonly string[], ids: readonly string[]): number {
  return desired.findIndex((id) => ids.includes(id))
}

/** What screen readers say while something is dragged. */
export type DragWords = {
  lifted: (dragged: Dragged) => string
  over: (dragged: Dragged, gap: number | undefined) => string
  dropped: (dragged: Dragged, gap: number | undefined) => string
  cancelled: (dragged: Dragged) => string
}

/** @param nameOf gives a group's name */
export function dragWords(desired: readonly string[], nameOf: (id: string) => string): DragWords {
  const at = (dragged: Dragged, gap: number) => {
    const ids = dragged.ids()
    const position = dragged.positionAt(gap)
    const above = desired.filter((id) => !ids.includes(id))[position - 1]
    const whole = dragged.from === 'list' ? desired.length : desired.length + ids.length
    const beneath = above === undefined ? 'at the top' : `after ${nameOf(above)}`
    return `position ${position + 1} of ${whole}, ${beneath}`
  }
  return {
    lifted: (dragged) =>
      dragged.from === 'list'
        ? `${wordsOf(dragged)} lifted, position ${firstPosition(desired, dragged.ids()) + 1} of ${desired.length}`
        : `${wordsOf(dragged)} lifted from the catalogue`,
    over: (dragged, gap) =>
      gap === undefined ? `${wordsOf(dragged)} is not over the list` : `over ${at(dragged, gap)}`,
    dropped: (dragged, gap) =>
      gap === undefined ? 'Not dropped on the list: nothing changed' : `dropped at ${at(dragged, gap)}`,
    cancelled: (dragged) => `Cancelled: ${wordsOf(dragged)} stays where it was`,
  }
}

/** What is being dragged: a group's name, or how many. */
export function wordsOf(dragged: Dragged): string {
  const count = dragged.ids().length
  return count === 1 ? dragged.name() : `${count} security groups`
}

const nothing = () => undefined

/** dnd-kit says nothing itself: words come for keys and pointers alike (DragLayer.tsx). */
export const SILENT: Announcements = {
  onDragStart: nothing,
  onDragOver: nothing,
  onDragEnd: nothing,
  onDragCancel: nothing,
}
