import {
  KeyboardSensor,
  MouseSensor,
  TouchSensor,
  useSensor,
  useSensors,
  type Active,
  type Announcements,
  type Collision,
  type CollisionDetection,
  type KeyboardCoordinateGetter,
  type KeyboardSensorProps,
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

/** The gap to drop in now; undefined beside the list. Not in React's state: it changes often. */
export type DropGap = { get: () => number | undefined; set: (gap: number | undefined) => void }

/** No gap yet. */
export function createDropGap(): DropGap {
  let gap: number | undefined
  return {
    get: () => gap,
    set(now) {
      gap = now
    },
  }
}

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

/** What is being dragged, in words: a group's name, or how many. */
function draggedWords(dragged: Dragged | undefined): string {
  const count = dragged?.ids().length ?? 0
  return count === 1 ? (dragged?.name() ?? '') : `${count} security groups`
}

/** The gap that dnd-kit found, if any. */
export function gapOf(collisions: readonly Collision[] | null): number | undefined {
  return collisions?.[0]?.data?.gap as number | undefined
}

/**
 * A mouse drags a row by its grip or where it is empty, a finger only by its grip after a short
 * hold (so that lists scroll), the keyboard by its grip with Space.
 */
export function useDragSensors(desired: readonly string[], tops: GapTops) {
  return useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 5 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 120, tolerance: 8 } }),
    useSensor(EarlyKeySensor, {
      keyboardCodes: { start: ['Space'], cancel: ['Escape'], end: ['Space', 'Enter'] },
      coordinateGetter: nextGap(desired, tops),
      scrollBehavior: 'instant' as ScrollBehavior,
    }),
  )
}

/**
 * Finds the gap nearest to the pointer (or to the middle of what the keyboard moves). Beside the
 * list there is none.
 */
export const nearestGap =
  (tops: GapTops): CollisionDetection =>
  ({ droppableRects, pointerCoordinates, collisionRect }) => {
    const list = droppableRects.get(LIST)
    if (list === undefined) return []
    const x = pointerCoordinates?.x ?? collisionRect.left + 1
    if (x < list.left - 40 || x > list.right + 8) return []
    const y = (pointerCoordinates?.y ?? collisionRect.top + collisionRect.height / 2) - list.top
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

/** Arrow keys go from position to position, not by pixels. */
const nextGap =
  (desired: readonly string[], tops: GapTops): KeyboardCoordinateGetter =>
  (event, { currentCoordinates, context }) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.code]
    if (by === undefined) return
    event.preventDefault()
    const dragged = draggedOf(context.active)
    const gap = gapOf(context.collisions)
    const list = context.droppableRects.get(LIST)
    if (dragged === undefined || gap === undefined || list === undefined || context.collisionRect === null)
      return pressAgain(event)
    const next = gapOfPosition(desired, dragged.ids(), dragged.positionAt(gap) + by)
    const top = tops(list.height)[next]
    if (top === undefined) return
    return { x: currentCoordinates.x, y: list.top + top - context.collisionRect.height / 2 }
  }

/**
 * Ends a drag, without a move, where no release will end it: the window loses focus, the mouse
 * moves without a button (it was released outside the window), or the focus leaves the grip of a
 * keyboard's lift. dnd-kit itself ends it when the page is hidden.
 */
export function useEndWithoutRelease(lifted: 'by keys' | 'by pointer' | undefined): void {
  useEffect(() => {
    if (lifted === undefined) return
    const grip = lifted === 'by keys' ? document.activeElement : null
    const onMove = ({ buttons }: MouseEvent) => {
      if (buttons === 0 && lifted === 'by pointer') cancelDrag()
    }
    addEventListener('blur', cancelDrag)
    addEventListener('mousemove', onMove)
    grip?.addEventListener('focusout', cancelDrag)
    return () => {
      removeEventListener('blur', cancelDrag)
      removeEventListener('mousemove', onMove)
      grip?.removeEventListener('focusout', cancelDrag)
    }
  }, [lifted])
}

/** All sensors of dnd-kit end at Escape, and it offers no other way to end them. */
function cancelDrag(): void {
  document.dispatchEvent(new KeyboardEvent('keydown', { code: 'Escape' }))
}

/** The keyboard, from the first key on: dnd-kit listens once a timer has run out. */
class EarlyKeySensor extends KeyboardSensor {
  constructor(props: KeyboardSensorProps) {
    super(props)
    const onKeyDown = (event: KeyboardEvent) => {
      // The key that lifts comes by here as well, and what dnd-kit has heard between both timers.
      if (event === props.event || event.defaultPrevented) return
      event.preventDefault()
      pressAgain(event)
    }
    addEventListener('keydown', onKeyDown)
    setTimeout(() => removeEventListener('keydown', onKeyDown))
  }
}

/** How many frames a key waits until dnd-kit has measured what is lifted. */
const MOST_FRAMES = 60

/** Gives dnd-kit the key once more in the next frame, so that a quick key is not lost. */
function pressAgain({ code, detail }: KeyboardEvent): void {
  if (detail >= MOST_FRAMES) return
  const again = new KeyboardEvent('keydown', { code, detail: detail + 1, cancelable: true, bubbles: true })
  requestAnimationFrame(() => document.dispatchEvent(again))
}

/** The gap that puts the dragged groups at `position`. */
function gapOfPosition(desired: readonly string[], ids: readonly string[], position: number): number {
  const rest = desired.filter((id) => !ids.includes(id))
  const clamped = Math.min(Math.max(0, position), rest.length)
  const above = rest[clamped - 1]
  return above === undefined ? 0 : desired.indexOf(above) + 1
}

/** What screen readers say while something is dragged. `nameOf` gives a group's name. */
export function dragAnnouncements(
  desired: readonly string[],
  nameOf: (id: string) => string,
  drop: DropGap,
): Announcements {
  let announced: number | undefined | 'nothing'
  let justLifted = false
  const start = (ids: readonly string[]) => desired.findIndex((id) => ids.includes(id))
  const where = (active: Active) => {
    const dragged = draggedOf(active)
    const gap = drop.get()
    if (dragged === undefined || gap === undefined) return undefined
    const ids = dragged.ids()
    const position = dragged.positionAt(gap)
    const above = desired.filter((id) => !ids.includes(id))[position - 1]
    const whole = dragged.from === 'list' ? desired.length : desired.length + ids.length
    const beneath = above === undefined ? 'at the top' : `after ${nameOf(above)}`
    const unmoved = dragged.from === 'list' && position === start(ids)
    return { unmoved, text: `position ${position + 1} of ${whole}, ${beneath}` }
  }
  const over = ({ active }: { active: Active }) => {
    const gap = drop.get()
    if (gap === announced) return undefined
    announced = gap
    const at = where(active)
    const first = justLifted
    justLifted = false
    // Lifting has just announced where it starts from.
    if (first && (at === undefined || at.unmoved)) return undefined
    return at === undefined ? `${draggedWords(draggedOf(active))} is not over the list` : `over ${at.text}`
  }
  return {
    onDragStart({ active }) {
      const dragged = draggedOf(active)
      announced = 'nothing'
      justLifted = true
      return dragged?.from === 'list'
        ? `${draggedWords(dragged)} lifted, position ${start(dragged.ids()) + 1} of ${desired.length}`
        : `${draggedWords(dragged)} lifted from the catalogue`
    },
    onDragMove: over,
    onDragOver: over,
    onDragEnd({ active }) {
      const at = where(active)
      return at === undefined ? 'Not dropped on the list: nothing changed' : `dropped at ${at.text}`
    },
    onDragCancel({ active }) {
      return `Cancelled: ${draggedWords(draggedOf(active))} stays where it was`
    },
  }
}
