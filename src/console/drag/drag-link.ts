import type { KeyboardEvent, MouseEvent, RefObject, TouchEvent } from 'react'

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
 * each press. While no layer is connected, a key waits for it, as long as the focus stays.
 */
export type DragLink = {
  press: PressHandler
  isDragging: () => boolean
  /** A drop is being drawn. */
  isDropping: () => boolean
  /** Called by the layer. @returns disconnects the layer */
  connect: (handler: PressHandler) => () => void
  /** Called by the layer when a drag begins and ends. */
  setDragging: (dragging: boolean) => void
  /** Called by the layer at a drop, and when the list is drawn as dropped. */
  setDropping: (dropping: boolean) => void
}

/** A link with no layer connected yet. */
export function createDragLink(): DragLink {
  let handle: PressHandler | undefined
  let dragging = false
  let dropping = false
  let waiting: EventTarget | undefined
  return {
    press(event, dragged) {
      if (handle) return handle(event, dragged)
      if (event.type !== 'keydown') return
      // Else the button would take the key as a click.
      event.preventDefault()
      waiting = event.target
    },
    isDragging: () => dragging,
    isDropping: () => dropping,
    connect(handler) {
      handle = handler
      const grip = waiting
      waiting = undefined
      // After React is done with what connects.
      if (grip)
        setTimeout(() => {
          if (grip === document.activeElement)
            grip.dispatchEvent(new KeyboardEvent('keydown', { code: 'Space', key: ' ', bubbles: true }))
        })
      return () => {
        handle = undefined
        dragging = dropping = false
      }
    },
    setDragging(now) {
      dragging = now
    },
    setDropping(now) {
      dropping = now
    },
  }
}

/** A row can be selected by a group's name, too, although that is a button. */
const CONTROLS = 'button:not([data-group])'

function isOn(event: MouseEvent, selector: string): boolean {
  return event.target instanceof Element && event.target.closest(selector) !== null
}

/** True for a click with Shift, Ctrl or ⌘ on the row, not on its controls: it selects rows. */
export function selectsRows(event: MouseEvent): boolean {
  if (!(event.shiftKey || event.ctrlKey || event.metaKey)) return false
  return !isOn(event, `${CONTROLS}, input, a`)
}

/**
 * True for a press of the mouse that may drag the row: not one on its controls, nor on text, which
 * is there to be selected, nor one that selects rows.
 */
export function mayDrag(event: MouseEvent): boolean {
  if (event.shiftKey || event.ctrlKey || event.metaKey || isOn(event, `${CONTROLS}, input, a, label`))
    return false
  return [...(event.target as Node).childNodes].every(({ nodeType }) => nodeType !== Node.TEXT_NODE)
}

/** The element of the ordered list, in the areas around it. */
export function listIn(areas: RefObject<HTMLElement | null>): HTMLElement | null {
  return areas.current?.querySelector<HTMLElement>('[data-rows="list"]') ?? null
}
