import { useDraggable, useDroppable } from '@dnd-kit/core'
import { memo, type JSX, type MouseEvent } from 'react'
import type { SecurityGroup } from '../../vpc/security-group.ts'
import { Badge } from '../ui/Badge.tsx'
import { IconButton } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import styles from './ArrangedRow.module.css'
import { draggedOf, gripListeners, mouseListener, type Dragged, type Gap } from './drag.ts'
import { GroupLines } from './GroupLines.tsx'
import { PositionButton } from './PositionButton.tsx'

/** What an operator can do to a row; the functions act on all selected rows when the row is one of them. */
export type RowActions = {
  toggle: (id: string, range: boolean) => void
  nudge: (id: string, by: -1 | 1) => void
  moveTo: (id: string, position: number) => void
  detach: (id: string) => void
  /** What dragging the row drags. */
  dragged: (id: string) => Dragged
}

export type ArrangedRowProps = {
  id: string
  name: string
  position: number
  count: number
  /** Where it stood in the list that the arrangement was made for; undefined when it is new. */
  from: number | undefined
  moved: boolean
  /** Why the platform refused it, in the last check. */
  refusal: string | undefined
  /** Undefined: not read yet. Null: the platform does not tell of it. */
  group: SecurityGroup | null | undefined
  ruleCount: number | undefined
  selected: boolean
  /** Its controls are in the tab order. */
  active: boolean
  locked: boolean
  actions: RowActions
}

/** A security group in the ordered list. The outer part follows the drag, the inner one is drawn only when it changes. */
export const ArrangedRow = memo(function ArrangedRow(props: ArrangedRowProps): JSX.Element {
  const { id, position, actions, locked, selected, from, moved } = props
  const {
    active: dragActive,
    attributes,
    listeners,
    setNodeRef: setDragNode,
    setActivatorNodeRef,
  } = useDraggable({
    id: `list:${id}`,
    data: actions.dragged(id),
    disabled: locked,
  })
  const { isOver, setNodeRef: setDropNode } = useDroppable({
    id: `gap:${id}`,
    data: { gap: position } satisfies Gap,
    disabled: locked,
  })
  const setNode = (node: HTMLElement | null) => {
    setDragNode(node)
    setDropNode(node)
  }
  const lifted = draggedOf(dragActive)?.ids().includes(id) ?? false
  const onClick = (event: MouseEvent) => {
    if (locked || !(event.shiftKey || event.ctrlKey || event.metaKey)) return
    if (event.target instanceof Element && event.target.closest('button, input, a')) return
    actions.toggle(id, event.shiftKey)
  }
  const classes = [
    styles.row,
    selected && styles.selected,
    lifted && styles.lifted,
    from === undefined ? styles.new : moved && styles.moved,
    props.refusal !== undefined && styles.refused,
    !locked && styles.movable,
  ]
  return (
    // Clicks with Shift or Ctrl are a shortcut: the checkbox does the same for keyboards.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <li
      ref={setNode}
      data-row={id}
      className={classes.filter(Boolean).join(' ')}
      onMouseDown={locked ? undefined : mouseListener(listeners)}
      onClick={onClick}
    >
      {isOver && <DropLine position={draggedOf(dragActive)?.positionAt(position)} />}
      <RowContent
        {...props}
        gripRef={setActivatorNodeRef}
        listeners={listeners}
        instructions={attributes['aria-describedby']}
      />
    </li>
  )
})

/** The place below the last row. */
export function EndOfList({ position, locked }: { position: number; locked: boolean }): JSX.Element {
  const { active, isOver, setNodeRef } = useDroppable({
    id: 'gap:end',
    data: { gap: position } satisfies Gap,
    disabled: locked,
  })
  return (
    <li ref={setNodeRef} className={styles.end} aria-hidden="true">
      {isOver && <DropLine position={draggedOf(active)?.positionAt(position)} />}
    </li>
  )
}

function DropLine({ position }: { position: number | undefined }): JSX.Element {
  return (
    <span className={styles.line} aria-hidden="true">
      {position !== undefined && <span className={styles.place}>Position {position + 1}</span>}
    </span>
  )
}

type RowContentProps = ArrangedRowProps & {
  gripRef: (node: HTMLElement | null) => void
  listeners: Parameters<typeof gripListeners>[0]
  instructions: string
}

const RowContent = memo(function RowContent(props: RowContentProps): JSX.Element {
  const { id, name, position, count, from, moved, refusal, group, ruleCount } = props
  const { selected, active, locked, actions, gripRef, listeners, instructions } = props
  const tabIndex = active ? 0 : -1
  return (
    <>
      <button
        ref={gripRef}
        type="button"
        className={styles.grip}
        data-control="grip"
        tabIndex={tabIndex}
        aria-label={`Move ${name}, position ${position + 1} of ${count}`}
        aria-roledescription="draggable"
        aria-describedby={instructions}
        aria-disabled={locked || undefined}
        {...(locked ? undefined : gripListeners(listeners))}
      >
        <Icon name="grip" />
      </button>
      <label className={styles.check}>
        <input
          type="checkbox"
          data-control="select"
          tabIndex={tabIndex}
          aria-label={`Select ${name}`}
          checked={selected}
          disabled={locked}
          onChange={(event) => actions.toggle(id, (event.nativeEvent as unknown as PointerEvent).shiftKey)}
        />
      </label>
      <PositionButton
        {...{ name, position, count, tabIndex, locked }}
        onMove={(to) => actions.moveTo(id, to)}
      />
      <GroupLines
        id={id}
        group={group}
        tabIndex={tabIndex}
        refusal={refusal}
        marks={
          from === undefined ? (
            <Badge tone="new">New</Badge>
          ) : (
            moved && <Badge tone="accent">Moved from {from + 1}</Badge>
          )
        }
      />
      <span className={styles.rules}>
        {ruleCount === undefined ? '' : ruleCount === 1 ? '1 rule' : `${ruleCount} rules`}
      </span>
      <span className={styles.actions}>
        {!locked && (
          <>
            <IconButton
              icon="arrow-up"
              size="small"
              label={`Move ${name} up`}
              data-control="up"
              tabIndex={tabIndex}
              disabledReason={position === 0 ? 'It is at the top already' : undefined}
              onClick={() => actions.nudge(id, -1)}
            />
            <IconButton
              icon="arrow-down"
              size="small"
              label={`Move ${name} down`}
              data-control="down"
              tabIndex={tabIndex}
              disabledReason={position === count - 1 ? 'It is at the end already' : undefined}
              onClick={() => actions.nudge(id, 1)}
            />
            <IconButton
              icon="close"
              size="small"
              label={from === undefined ? `Take ${name} out again` : `Detach ${name}`}
              data-control="detach"
              tabIndex={tabIndex}
              onClick={() => actions.detach(id)}
            />
          </>
        )}
      </span>
    </>
  )
})
