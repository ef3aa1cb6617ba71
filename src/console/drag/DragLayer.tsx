import {
  DndContext,
  DragOverlay,
  useDraggable,
  useDroppable,
  type DragCancelEvent,
  type DragEndEvent,
  type DragMoveEvent,
  type DragStartEvent,
} from '@dnd-kit/core'
import {
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useTransition,
  type JSX,
  type RefObject,
} from 'react'
import { flushSync } from 'react-dom'
import { inFrame } from '../hooks/in-frame.ts'
import { useLatest } from '../hooks/latest.ts'
import styles from './DragLayer.module.css'
import {
  dragWords,
  draggedOf,
  firstPosition,
  gapOf,
  gapOfPosition,
  gapTops,
  LIST,
  nearestGap,
  SILENT,
  useDragSensors,
  useEndWithoutRelease,
  wordsOf,
  type GapTops,
} from './drag.ts'
import { listIn, type DragLink, type Dragged, type Press } from './drag-link.ts'
import { followKeys } from './key-lift.ts'
import { withoutFocus } from './without-focus.ts'

type DragLayerProps = {
  /** Around the list and the catalogue. */
  areas: RefObject<HTMLElement | null>
  dragLink: DragLink
  desired: readonly string[]
  /** Nothing can be arranged now. */
  locked: boolean
  nameOf: (id: string) => string
}

/**
 * Drags rows of the list and of the catalogue into gaps of the list. It draws no row: it finds them
 * by `data-row`, sets an attribute on the lifted ones, and moves a line from gap to gap. So a list
 * of 100 groups drags as smoothly as one of two.
 */
export function DragLayer({ areas, dragLink, desired, locked, nameOf }: DragLayerProps): JSX.Element {
  const [pressed, setPressed] = useState<Dragged>()
  // By the pointer only: what is lifted by keys has nothing that is drawn beside the pointer.
  const [lifted, setLifted] = useState<{ name: string; count: number }>()
  const [dropping, startDropping] = useTransition()
  const spoken = useRef<HTMLOutputElement>(null)
  const liftedRows = useRef<(HTMLElement | null)[]>([])
  const liftedByKeys = useRef<{ dragged: Dragged; desired: readonly string[]; unfollow: () => void }>(
    undefined,
  )
  const listeners = useRef<Listeners>(undefined)
  const overWords = useRef('')
  const giveFocusBack = useRef<() => void>(undefined)
  // The gap to drop in now, undefined beside the list: it changes too often for state.
  const dropGap = useRef<number>(undefined)
  const tops = useMemo(() => gapTops(desired, () => listIn(areas)), [areas, desired])
  const collisions = useMemo(() => nearestGap(tops), [tops])
  const sensors = useDragSensors()
  const words = useMemo(() => dragWords(desired, nameOf), [desired, nameOf])

  useEndWithoutRelease(lifted !== undefined)

  const say = (text: string) => {
    if (spoken.current) spoken.current.textContent = text
  }
  const unmark = () => {
    moveLine(areas, undefined, tops, '')
    for (const element of liftedRows.current.splice(0)) element?.removeAttribute('data-lifted')
  }
  const stopKeys = () => {
    liftedByKeys.current?.unfollow()
    liftedByKeys.current = undefined
  }
  const clearUp = () => {
    // What was lifted since then is not to be cleared yet.
    if (dragLink.isDragging() || dragLink.isDropping()) return
    giveFocusBack.current?.()
    giveFocusBack.current = undefined
    unmark()
  }
  const lift = (dragged: Dragged) => {
    // A pointer takes what keys had lifted.
    stopKeys()
    dragLink.setDragging(true)
    const ids = dragged.ids()
    const start = gapOfPosition(desired, ids, firstPosition(desired, ids))
    // Lifting announces where it starts from.
    overWords.current = words.over(dragged, dragged.from === 'list' ? start : undefined)
    dropGap.current = undefined
    // Those of a drop that is still being drawn.
    unmark()
    liftedRows.current = ids.map((id) => rowIn(areas, dragged.from, id))
    return start
  }
  const mark = (dragged: Dragged) => {
    for (const element of liftedRows.current) element?.setAttribute('data-lifted', '')
    say(words.lifted(dragged))
  }
  const moveOver = (dragged: Dragged, gap: number | undefined) => {
    // dnd-kit tells the last move late, at times after the drop.
    if (gap === dropGap.current || !dragLink.isDragging()) return
    dropGap.current = gap
    // Beside a pointer, the name is with that; a row that keys move far is out of sight.
    const name = liftedByKeys.current ? `${wordsOf(dragged)}: position` : 'Position'
    moveLine(areas, gap, tops, gap === undefined ? '' : `${name} ${dragged.positionAt(gap) + 1}`)
    const text = words.over(dragged, gap)
    if (text !== overWords.current) say((overWords.current = text))
  }
  const end = (text: string) => {
    say(text)
    dragLink.setDragging(false)
    stopKeys()
    setLifted(undefined)
  }
  const drop = (dragged: Dragged) => {
    const gap = locked ? undefined : dropGap.current
    const focused = document.activeElement
    // Before anything is written: to take the focus away, browsers lay the page out.
    if (gap !== undefined && focused instanceof HTMLElement && listIn(areas)?.contains(focused))
      giveFocusBack.current = withoutFocus(focused)
    end(locked ? words.cancelled(dragged) : words.dropped(dragged, gap))
    if (gap === undefined) return
    dragLink.setDropping(true)
    // In parts, between frames: to draw the list takes longer than a frame on a slow machine.
    startDropping(() => dragged.drop(gap))
  }
  const onStart = ({ active }: DragStartEvent) => {
    const dragged = draggedOf(active)
    if (dragged === undefined) return
    lift(dragged)
    const shown = new AbortController()
    const show = () => {
      if (shown.signal.aborted) return
      shown.abort()
      // Ended by another window, or another size of this one.
      if (!dragLink.isDragging()) return
      mark(dragged)
      setLifted({ name: dragged.name(), count: dragged.ids().length })
    }
    // In a frame of their own: dnd-kit measures as it begins, and each change costs it a layout.
    inFrame(2, show)
    // dnd-kit tells no end of a drag whose beginning is not drawn yet.
    const showNow = () => flushSync(show)
    for (const type of ENDS) addEventListener(type, showNow, { capture: true, signal: shown.signal })
  }
  const onOver = ({ active, collisions: found }: DragMoveEvent) => {
    const dragged = draggedOf(active)
    if (dragged) moveOver(dragged, gapOf(found))
  }
  const onEnd = ({ active }: DragEndEvent) => {
    const dragged = draggedOf(active)
    if (dragged) drop(dragged)
  }
  const onCancel = ({ active }: DragCancelEvent) => {
    const dragged = draggedOf(active)
    if (dragged) end(words.cancelled(dragged))
  }

  const keyLift = useLatest({
    start(event: Press, dragged: Dragged) {
      event.preventDefault()
      if (dragLink.isDragging()) return
      const gap = lift(dragged)
      liftedByKeys.current = { dragged, desired, unfollow: followKeys(event.currentTarget, keyLift) }
      moveOver(dragged, gap)
      mark(dragged)
    },
    moveBy(positions: 1 | -1) {
      const { dragged } = liftedByKeys.current!
      const at = dragged.positionAt(dropGap.current ?? 0)
      moveOver(dragged, gapOfPosition(desired, dragged.ids(), Math.max(0, at + positions)))
      lineIn(areas)?.scrollIntoView({ block: 'nearest', behavior: 'instant' })
    },
    drop: () => drop(liftedByKeys.current!.dragged),
    cancel() {
      end(words.cancelled(liftedByKeys.current!.dragged))
      unmark()
    },
  })

  useEffect(
    () =>
      dragLink.connect((event, dragged) => {
        if (event.type === 'keydown') return keyLift.current.start(event, dragged)
        // dnd-kit has to know the row as draggable before it gets the press.
        flushSync(() => setPressed(dragged))
        listeners.current?.[LISTENER[event.type] ?? '']?.(event)
      }),
    [dragLink, keyLift],
  )
  useEffect(() => () => liftedByKeys.current?.unfollow(), [])
  // Keys have their gap in the list as it was, and the row may be gone, with the focus.
  useLayoutEffect(() => {
    const { current } = liftedByKeys
    if (current && (locked || current.desired !== desired)) keyLift.current.cancel()
  })

  const isOver = lifted === undefined && !dropping
  // The line stays until the list is drawn as dropped, the marks until that is painted.
  useLayoutEffect(() => {
    if (!isOver) return
    dragLink.setDropping(false)
    if (dragLink.isDragging()) return
    moveLine(areas, undefined, tops, '')
    // At the beginning of the frame after: in a task before that it would be laid out twice.
    if (liftedRows.current.length > 0) inFrame(2, clearUp)
  })
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={collisions}
      autoScroll={{ threshold: { x: 0, y: 0.12 } }}
      accessibility={ACCESSIBILITY}
      onDragStart={onStart}
      onDragMove={onOver}
      onDragOver={onOver}
      onDragEnd={onEnd}
      onDragCancel={onCancel}
    >
      {pressed && (
        <PressedRow
          key={`${pressed.from}:${pressed.row}`}
          areas={areas}
          pressed={pressed}
          onListeners={(now) => {
            listeners.current = now
          }}
        />
      )}
      <DropArea areas={areas} />
      <output ref={spoken} className="visually-hidden" aria-live="assertive" data-drag-words />
      <DragOverlay dropAnimation={null}>
        {lifted !== undefined && (
          <div className={styles.overlay}>
            <span className={styles.name}>{lifted.name}</span>
            {lifted.count > 1 && <span className={styles.count}>{lifted.count} groups</span>}
          </div>
        )}
      </DragOverlay>
    </DndContext>
  )
}

const ACCESSIBILITY = {
  announcements: SILENT,
  screenReaderInstructions: { draggable: '' },
  restoreFocus: false,
}

/** What may end a drag by the pointer. */
const ENDS = ['mouseup', 'touchend', 'touchcancel', 'keydown'] as const

type Listeners = Record<string, (event: Press) => void> | undefined

const LISTENER: Readonly<Record<string, string>> = {
  mousedown: 'onMouseDown',
  touchstart: 'onTouchStart',
}

/** Makes the pressed row draggable. */
function PressedRow(props: {
  areas: RefObject<HTMLElement | null>
  pressed: Dragged
  onListeners: (listeners: Listeners) => void
}): null {
  const { areas, pressed, onListeners } = props
  const { from, row } = pressed
  const { setNodeRef, setActivatorNodeRef, listeners } = useDraggable({ id: `${from}:${row}`, data: pressed })
  useLayoutEffect(() => {
    const element = rowIn(areas, from, row)
    setNodeRef(element)
    setActivatorNodeRef(element?.querySelector<HTMLElement>('[data-control="grip"]') ?? null)
  }, [areas, from, row, setNodeRef, setActivatorNodeRef])
  useLayoutEffect(() => onListeners(listeners as Listeners))
  return null
}

/** Makes the list the area to drop on. */
function DropArea({ areas }: { areas: RefObject<HTMLElement | null> }): null {
  const { setNodeRef } = useDroppable({ id: LIST })
  useLayoutEffect(() => setNodeRef(listIn(areas)), [areas, setNodeRef])
  return null
}

function rowIn(areas: RefObject<HTMLElement | null>, from: Dragged['from'], id: string): HTMLElement | null {
  return areas.current?.querySelector(`[data-rows="${from}"] > [data-row="${CSS.escape(id)}"]`) ?? null
}

function lineIn(areas: RefObject<HTMLElement | null>): HTMLElement | null {
  return listIn(areas)?.querySelector<HTMLElement>(':scope > [data-line]') ?? null
}

/** Moves the line to the gap; without a gap, hides it. Nothing else has to be painted. */
function moveLine(
  areas: RefObject<HTMLElement | null>,
  gap: number | undefined,
  tops: GapTops,
  words: string,
): void {
  const [list, line] = [listIn(areas), lineIn(areas)]
  if (!list || !line) return
  if (gap === undefined) {
    line.removeAttribute('data-drop')
    // Out of sight, it would make a list longer that has become shorter.
    line.style.transform = ''
    return
  }
  line.style.transform = `translateY(${tops(list.getBoundingClientRect().height)[gap] ?? 0}px)`
  line.dataset.drop = words
  line.toggleAttribute('data-first', gap === 0)
}
