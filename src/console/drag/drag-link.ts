import type { KeyboardEvent, MouseEvent, TouchEvent } from 'react'

/** What is dragged: `ids` together, out of the list or out of the catalogue. */
export type Dragged = {
  from: 'list' | 'catalogue'
  /** The row that was pressed. */
  row: string
  ids: () => readonly string[]
  /** What the first of them is called. */
  name: () => string
  /** The position (0 is the top) that the first of them would get, dropped in that gap. */
  positionAt: (gap: number) => number
  /** Drops them in gap n, which is after the nth group of the list as it is shown. */
  drop: (gap: number) => void
}

/** A press that may become a drag. */
export type Press = MouseEvent | TouchEvent | KeyboardEvent

/** What turns presses into drags. */
type PressHandler = (event: Press, dragged: Dragged) => void

/**
 * Connects the rows with the layer that drags them, which is loaded after the list. Rows pass on
 * each press; while no layer is connected, nothing happens.
 */
export type DragLink = {
  press: PressHandler
  isDragging: () => boolean
  /** Called by the layer. @returns disconnects the layer */
  connect: (handler: PressHandler) => () => void
  /** Called by the layer when a drag begins and ends. */
  setDragging: (dragging: boolean) => void
}

/** A link with no layer connected yet. */
export function createDragLink(): DragLink {
  let handle: PressHandler | undefined
  let dragging = false
  return {
    press: (event, dragged) => handle?.(event, dragged),
    isDragging: () => dragging,
    connect(handler) {
      handle = handler
      return () => {
        handle = undefined
        dragging = false
      }
    },
    setDragging(now) {
      dragging = now
    },
  }
}

/** True for a click with Shift, Ctrl or ⌘ on the row, not on its controls: it selects rows. */
export function selectsRows(event: MouseEvent): boolean {
  if (!(event.shiftKey || event.ctrlKey || event.metaKey)) return false
  return !(event.target instanceof Element && event.target.closest('button, input, a'))
}

/**
 * True for a press of the mouse that may drag the row: not one on its controls, nor one that
 * selects rows.
 */
export function mayDrag(event: MouseEvent): boolean {
  if (event.shiftKey || event.ctrlKey || event.metaKey) return false
  return !(event.target instanceof Element && event.target.closest('button, input, a, label'))
}
