import {
  DndContext,
  DragOverlay,
  useDraggable,
  useDroppable,
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
import styles from './DragLayer.module.css'
import {
  createDropGap,
  dragAnnouncements,
  draggedOf,
  gapOf,
  gapTops,
  LIST,
  nearestGap,
  useDragSensors,
  useEndWithoutRelease,
  type GapTops,
} from './drag.ts'
import { listIn, type DragLink, type Dragged, type Press } from './drag-link.ts'

type DragLayerProps = {
  /** Around the list and the catalogue. */
  areas: RefObject<HTMLElement | null>
  dragLink: DragLink
  desired: readonly string[]
  nameOf: (id: string) => string
}

/**
 * Drags rows of the list and of the catalogue into gaps of the list. It draws no row: it finds them
 * by `data-row`, sets an attribute on the lifted ones, and moves a line from gap to gap. So a list
 * of 100 groups drags as smoothly as one of two.
 */
export function DragLayer({ areas, dragLink, desired, nameOf }: DragLayerProps): JSX.Element {
  const [pressed, setPressed] = useState<Dragged>()
  const [lifted, setLifted] = useState<{ name: string; count: number; how: 'by keys' | 'by pointer' }>()
  const [dropping, startDropping] = useTransition()
  const liftedRows = useRef<(HTMLElement | null)[]>([])
  const listeners = useRef<Listeners>(undefined)
  const [dropGap] = useState(createDropGap)
  const tops = useMemo(() => gapTops(desired, () => listIn(areas)), [areas, desired])
  const collisions = useMemo(() => nearestGap(tops), [tops])
  const sensors = useDragSensors(desired, tops)
  const announcements = useMemo(() => dragAnnouncements(desired, nameOf, dropGap), [desired, nameOf, dropGap])

  useEffect(
    () =>
      dragLink.connect((event, dragged) => {
        // dnd-kit has to know the row as draggable before it gets the press.
        flushSync(() => setPressed(dragged))
        listeners.current?.[LISTENER[event.type] ?? '']?.(event)
      }),
    [dragLink],
  )

  useEndWithoutRelease(lifted?.how)

  const unmark = () => {
    moveLine(areas, undefined, tops, '')
    for (const element of liftedRows.current.splice(0)) element?.removeAttribute('data-lifted')
  }
  const start = ({ active, activatorEvent }: DragStartEvent) => {
    const dragged = draggedOf(active)
    dropGap.set(undefined)
    if (dragged === undefined) return
    dragLink.setDragging(true)
    const ids = dragged.ids()
    const how = activatorEvent.type === 'keydown' ? 'by keys' : 'by pointer'
    setLifted({ name: dragged.name(), count: ids.length, how })
    // Those of a drop that is still being drawn.
    unmark()
    liftedRows.current = ids.map((id) => rowIn(areas, dragged.from, id))
    for (const element of liftedRows.current) element?.setAttribute('data-lifted', '')
  }
  const over = ({ active, collisions: found }: DragMoveEvent) => {
    const next = gapOf(found)
    // dnd-kit tells the last move late, at times after the drop.
    if (next === dropGap.get() || !dragLink.isDragging()) return
    dropGap.set(next)
    const position = next === undefined ? undefined : draggedOf(active)?.positionAt(next)
    moveLine(areas, position === undefined ? undefined : next, tops, `Position ${(position ?? 0) + 1}`)
  }
  const end = () => {
    dragLink.setDragging(false)
    setLifted(undefined)
  }
  const drop = ({ active }: DragEndEvent) => {
    const gap = dropGap.get()
    end()
    // In parts, between frames: to draw the list takes longer than a frame on a slow machine.
    if (gap === undefined) return
    dragLink.setDropping(true)
    startDropping(() => draggedOf(active)?.drop(gap))
  }
  const isOver = lifted === undefined && !dropping
  // The marks and the line stay until the list is drawn as dropped.
  useLayoutEffect(() => {
    if (!isOver) return
    dragLink.setDropping(false)
    unmark()
  })
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={collisions}
      autoScroll={{ threshold: { x: 0, y: 0.12 } }}
      accessibility={{ announcements, screenReaderInstructions: { draggable: '' }, restoreFocus: false }}
      onDragStart={start}
      onDragMove={over}
      onDragOver={over}
      onDragEnd={drop}
      onDragCancel={end}
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

type Listeners = Record<string, (event: Press) => void> | undefined

const LISTENER: Readonly<Record<string, string>> = {
  mousedown: 'onMouseDown',
  touchstart: 'onTouchStart',
  keydown: 'onKeyDown',
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

/** Moves the line to the gap; without a gap, hides it. Nothing else has to be painted. */
function moveLine(
  areas: RefObject<HTMLElement | null>,
  gap: number | undefined,
  tops: GapTops,
  words: string,
): void {
  const list = listIn(areas)
  const line = list?.querySelector<HTMLElement>(':scope > [data-line]')
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
