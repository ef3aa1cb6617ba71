import type { KeyboardEvent, MouseEvent, TouchEvent } from 'react'

/** What is dragged: `ids` together, out of the list or out of the catalogue. */
export type Dragged = {
  from: 'list' | 'catalogue'
  /** The row that was pressed. */
  row: string
  ids: () => readonly string[]
  /** What the first of them is called. */
  name: () => string
  /** The position (0 is the top) at which the first of them would stand, dropped in that gap. */
  positionAt: (gap: number) => number
  /** Drops them in gap n, which is after the nth group of the list as it stands. */
  drop: (gap: number) => void
}

/** A press that may become a drag. */
export type Press = MouseEvent | TouchEvent | KeyboardEvent

/** What turns presses into drags. */
type PressHandler = (event: Press, dragged: Dragged) => void

/**
 * Between the rows and the layer that drags them. Dragging comes with a layer of its own, loaded
 * once the page can be used: rows tell the door of presses, which does nothing while there is no
 * layer behind it.
 */
export type DragLink = {
  press: PressHandler
  isDragging: () => boolean
  /** Called by the layer. @returns takes the layer away again */
  connect: (handler: PressHandler) => () => void
  /** Called by the layer when a drag begins and ends. */
  setDragging: (dragging: boolean) => void
}

/** A door without a layer behind it yet. */
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

/**
 * True for a press of the mouse that may drag the row: not one on its controls, nor one that
 * chooses rows.
 */
export function mayDrag(event: MouseEvent): boolean {
  if (event.shiftKey || event.ctrlKey || event.metaKey) return false
  return !(event.target instanceof Element && event.target.closest('button, input, a, label'))
}
