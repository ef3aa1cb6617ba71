import { DndContext, DragOverlay, type DragEndEvent, type DragStartEvent } from '@dnd-kit/core'
import { useMemo, useState, type JSX, type ReactNode } from 'react'
import styles from './DragArea.module.css'
import { dragAnnouncements, draggedOf, DRAG_INSTRUCTIONS, gapOf, nearestGap, useDragSensors } from './drag.ts'

type DragAreaProps = {
  desired: readonly string[]
  nameOf: (id: string) => string
  children: (dragging: boolean) => ReactNode
}

/** Within it, groups are dragged: rows of the list and of the catalogue into gaps of the list. */
export function DragArea({ desired, nameOf, children }: DragAreaProps): JSX.Element {
  const [lifted, setLifted] = useState<{ name: string; count: number }>()
  const sensors = useDragSensors(desired)
  const announcements = useMemo(() => dragAnnouncements(desired, nameOf), [desired, nameOf])
  const start = ({ active }: DragStartEvent) => {
    const dragged = draggedOf(active)
    if (dragged !== undefined) setLifted({ name: dragged.name(), count: dragged.ids().length })
  }
  const end = ({ active, over }: DragEndEvent) => {
    setLifted(undefined)
    const gap = gapOf(over)
    if (gap !== undefined) draggedOf(active)?.drop(gap)
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
            <span className={styles.name}>{lifted.name}</span>
            {lifted.count > 1 && <span className={styles.count}>{lifted.count} groups</span>}
          </div>
        )}
      </DragOverlay>
    </DndContext>
  )
}
