import {
  DndContext,
  DragOverlay,
  useDraggable,
  useDroppable,
  type DragEndEvent,
  type DragOverEvent,
  type DragStartEvent,
} from '@dnd-kit/core'
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type JSX, type RefObject } from 'react'
import { flushSync } from 'react-dom'
import styles from './DragLayer.module.css'
import { dragAnnouncements, draggedOf, gapOf, nearestGap, useDragSensors, type Gap } from './drag.ts'
import type { DragDoor, Dragged, Press } from './dragged.ts'

type DragLayerProps = {
  /** Around the list and the catalogue. */
  areas: RefObject<HTMLElement | null>
  door: DragDoor
  desired: readonly string[]
  nameOf: (id: string) => string
}

/**
 * Drags rows of the list and of the catalogue into gaps of the list. It draws none of them: it finds them by `data-row`, and
 * marks them with attributes while something is dragged, so that a list of 100 groups drags as smoothly as one of two.
 */
export function DragLayer({ areas, door, desired, nameOf }: DragLayerProps): JSX.Element {
  const [pressed, setPressed] = useState<Dragged>()
  const [lifted, setLifted] = useState<{ name: string; count: number }>()
  const listeners = useRef<Listeners>(undefined)
  const sensors = useDragSensors(desired)
  const announcements = useMemo(() => dragAnnouncements(desired, nameOf), [desired, nameOf])

  useEffect(
    () =>
      door.open((event, dragged) => {
        // The row must be known as draggable before its press is told.
        flushSync(() => setPressed(dragged))
        listeners.current?.[LISTENER[event.type] ?? '']?.(event)
      }),
    [door],
  )

  const start = ({ active }: DragStartEvent) => {
    const dragged = draggedOf(active)
    if (dragged === undefined) return
    door.setDragging(true)
    const ids = dragged.ids()
    setLifted({ name: dragged.name(), count: ids.length })
    for (const id of ids) rowIn(areas, dragged.from, id)?.setAttribute('data-lifted', '')
  }
  const over = ({ active, over: target }: DragOverEvent) => {
    unmark(areas, 'data-drop')
    const gap = gapOf(target)
    const position = gap === undefined ? undefined : draggedOf(active)?.positionAt(gap)
    if (gap === undefined || position === undefined) return
    gapIn(areas, desired[gap])?.setAttribute('data-drop', `Position ${position + 1}`)
  }
  const end = () => {
    door.setDragging(false)
    setLifted(undefined)
    unmark(areas, 'data-drop')
    unmark(areas, 'data-lifted')
  }
  const drop = ({ active, over: target }: DragEndEvent) => {
    end()
    const gap = gapOf(target)
    if (gap !== undefined) draggedOf(active)?.drop(gap)
  }
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={nearestGap}
      autoScroll={{ threshold: { x: 0, y: 0.12 } }}
      accessibility={{ announcements, screenReaderInstructions: { draggable: '' } }}
      onDragStart={start}
      onDragOver={over}
      onDragEnd={drop}
      onDragCancel={end}
    >
      {pressed && (
        <PressedRow
          key={`${pressed.from}:${pressed.row}`}
          areas={areas}
          pressed={pressed}
          tell={(now) => {
            listeners.current = now
          }}
        />
      )}
      {desired.map((id, gap) => (
        <GapAt key={id} areas={areas} id={id} gap={gap} />
      ))}
      <GapAt areas={areas} id={undefined} gap={desired.length} />
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
  tell: (listeners: Listeners) => void
}): null {
  const { areas, pressed, tell } = props
  const { from, row } = pressed
  const drag = useDraggable({ id: `${from}:${row}`, data: pressed })
  useLayoutEffect(() => {
    const element = rowIn(areas, from, row)
    drag.setNodeRef(element)
    drag.setActivatorNodeRef(element?.querySelector<HTMLElement>('[data-control="grip"]') ?? null)
    tell(drag.listeners as Listeners)
  })
  return null
}

/** The gap above a row of the list, or (without a row) the one at its end. */
function GapAt(props: { areas: RefObject<HTMLElement | null>; id: string | undefined; gap: number }): null {
  const { areas, id, gap } = props
  const { setNodeRef } = useDroppable({ id: `gap:${id ?? ''}`, data: { gap } satisfies Gap })
  useLayoutEffect(() => setNodeRef(gapIn(areas, id)), [areas, id, setNodeRef])
  return null
}

function rowIn(areas: RefObject<HTMLElement | null>, from: Dragged['from'], id: string): HTMLElement | null {
  return areas.current?.querySelector(`[data-rows="${from}"] > [data-row="${CSS.escape(id)}"]`) ?? null
}

function gapIn(areas: RefObject<HTMLElement | null>, id: string | undefined): HTMLElement | null {
  return id === undefined
    ? (areas.current?.querySelector('[data-rows="list"] > [data-end]') ?? null)
    : rowIn(areas, 'list', id)
}

function unmark(areas: RefObject<HTMLElement | null>, attribute: 'data-drop' | 'data-lifted'): void {
  for (const element of areas.current?.querySelectorAll(`[${attribute}]`) ?? [])
    element.removeAttribute(attribute)
}
