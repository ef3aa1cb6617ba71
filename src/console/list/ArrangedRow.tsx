import { memo, type JSX, type MouseEvent } from 'react'
import type { SecurityGroup } from '../../vpc/security-group.ts'
import { Badge } from '../ui/Badge.tsx'
import { IconButton } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { RowCheckbox } from '../ui/RowCheckbox.tsx'
import styles from './ArrangedRow.module.css'
import { selectsRows, mayDrag, type Press } from '../drag/drag-link.ts'
import { GroupLines } from '../facts/GroupLines.tsx'
import { GroupName } from '../facts/GroupName.tsx'
import { PositionButton } from './PositionButton.tsx'

/**
 * What an operator can do to a row; the functions act on all selected rows when the row is one of
 * them.
 */
export type RowActions = {
  toggle: (id: string, range: boolean) => void
  nudge: (id: string, by: -1 | 1) => void
  moveTo: (id: string, position: number) => void
  detach: (id: string) => void
  /** A press that may become a drag. */
  press: (event: Press, id: string) => void
}

/** The ID of the text that says how a grip is used. */
export const GRIP_HELP = 'grip-help'

export type ArrangedRowProps = {
  id: string
  name: string
  position: number
  count: number
  /** Its position in the list that the arrangement was made for; undefined when it is new. */
  from: number | undefined
  moved: boolean
  /** Why the platform refused it in the last check. */
  refusal: string | undefined
  /** Undefined: not read yet. Null: the platform does not show it to this user. */
  group: SecurityGroup | null | undefined
  ruleCount: number | undefined
  selected: boolean
  /** Its controls are in the tab order. */
  active: boolean
  locked: boolean
  actions: RowActions
}

/** A security group in the ordered list. Drawn anew only when its own properties change. */
export const ArrangedRow = memo(function ArrangedRow(props: ArrangedRowProps): JSX.Element {
  const { id, name, position, count, from, moved, refusal, group, ruleCount } = props
  const { selected, active, locked, actions } = props
  const tabIndex = active ? 0 : -1
  const rules = ruleCount === 1 ? '1 rule' : `${ruleCount} rules`
  const onClick = (event: MouseEvent) => {
    if (!locked && selectsRows(event)) actions.toggle(id, event.shiftKey)
  }
  const press = locked ? undefined : (event: Press) => actions.press(event, id)
  const classes = [
    styles.row,
    selected && styles.selected,
    from === undefined ? styles.new : moved && styles.moved,
    refusal !== undefined && styles.refused,
    !locked && styles.movable,
  ]
  return (
    // Clicks with Shift or Ctrl are a shortcut: the checkbox does the same for keyboards.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <li
      data-row={id}
      className={classes.filter(Boolean).join(' ')}
      onMouseDown={press && ((event) => mayDrag(event) && press(event))}
      onClick={onClick}
    >
      <button
        type="button"
        className={styles.grip}
        data-control="grip"
        tabIndex={tabIndex}
        aria-label={`Move ${name}, position ${position + 1} of ${count}`}
        aria-roledescription="draggable"
        aria-describedby={GRIP_HELP}
        aria-disabled={locked || undefined}
        onMouseDown={press}
        onTouchStart={press}
        onKeyDown={press && ((event) => event.code === 'Space' && press(event))}
      >
        <Icon name="grip" />
      </button>
      <RowCheckbox {...{ id, name, selected, tabIndex }} disabled={locked} onToggle={actions.toggle} />
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
        {ruleCount !== undefined && (
          <GroupName id={id} control="rules" tabIndex={tabIndex} label={`${rules} of ${name}`}>
            {rules}
          </GroupName>
        )}
      </span>
      <span className={styles.actions}>
        {!locked && (
          <RowButtons
            {...{ id, name, tabIndex, actions }}
            isNew={from === undefined}
            isFirst={position === 0}
            isLast={position === count - 1}
          />
        )}
      </span>
    </li>
  )
})

type RowButtonsProps = Pick<ArrangedRowProps, 'id' | 'name' | 'actions'> & {
  tabIndex: number
  isNew: boolean
  isFirst: boolean
  isLast: boolean
}

/** Not drawn anew for a row that only gets another position. */
const RowButtons = memo(function RowButtons(props: RowButtonsProps): JSX.Element {
  const { id, name, actions, tabIndex, isNew, isFirst, isLast } = props
  return (
    <>
      <IconButton
        icon="arrow-up"
        size="small"
        label={`Move ${name} up`}
        data-control="up"
        tabIndex={tabIndex}
        disabledReason={isFirst ? 'Already at the top' : undefined}
        onClick={() => actions.nudge(id, -1)}
      />
      <IconButton
        icon="arrow-down"
        size="small"
        label={`Move ${name} down`}
        data-control="down"
        tabIndex={tabIndex}
        disabledReason={isLast ? 'Already at the end' : undefined}
        onClick={() => actions.nudge(id, 1)}
      />
      <IconButton
        icon="close"
        size="small"
        label={isNew ? `Take ${name} out again` : `Detach ${name}`}
        data-control="detach"
        tabIndex={tabIndex}
        onClick={() => actions.detach(id)}
      />
    </>
  )
})
