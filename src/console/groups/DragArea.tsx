import { DndContext, DragOverlay, type DragEndEvent, type DragStartEvent } from '@dnd-kit/core'
import { useMemo, useState, type JSX, type ReactNode } from 'react'
import styles from './DragArea.module.css'
import {
  dragAnnouncements,
  draggedOf,
  DRAG_INSTRUCTIONS,
  gapOf,
  nearestGap,
  useDragSensors,
  type Dragged,
} from './drag.ts'

type DragAreaProps = {
  desired: readonly string[]
  nameOf: (id: string) => string
  /** Called with what was dropped in which gap of the list as it stands. */
  onDrop: (from: Dragged['from'], ids: readonly string[], gap: number) => void
  children: (dragging: boolean) => ReactNode
}

/** Within it, groups are dragged: rows of the list and of the catalogue into gaps of the list. */
export function DragArea({ desired, nameOf, onDrop, children }: DragAreaProps): JSX.Element {
  const [lifted, setLifted] = useState<readonly string[]>()
  const sensors = useDragSensors(desired)
  const announcements = useMemo(() => dragAnnouncements(desired, nameOf), [desired, nameOf])
  const start = ({ active }: DragStartEvent) => setLifted(draggedOf(active)?.ids)
  const end = ({ active, over }: DragEndEvent) => {
    setLifted(undefined)
    const dragged = draggedOf(active)
    const gap = gapOf(over)
    if (dragged !== undefined && gap !== undefined) onDrop(dragged.from, dragged.ids, gap)
  }
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={nearestGap}
      autoScroll={{ threshold: { x: 0, y: 0.12 } }}
      accessibility={{ announcements, screenReaderInstructions: DRAG_INSTRUCTIONS }}
      onDragStart={start}
      onDragEnd={end}
      onDragCancel={() => setLifted(undefined)}
    >
      {children(lifted !== undefined)}
      <DragOverlay dropAnimation={null}>
        {lifted !== undefined && (
          <div className={styles.overlay}>
            <span className={styles.name}>{nameOf(lifted[0] ?? '')}</span>
            {lifted.length > 1 && <span className={styles.count}>{lifted.length} groups</span>}
          </div>
        )}
      </DragOverlay>
    </DndContext>
  )
}
