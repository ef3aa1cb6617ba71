import { memo, type JSX, type MouseEvent } from 'react'
import type { SecurityGroup } from '../../vpc/security-group.ts'
import { textOf } from '../../vpc/shown.ts'
import { IconButton } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { RowCheckbox } from '../ui/RowCheckbox.tsx'
import { shortId } from '../ui/short-id.ts'
import styles from './CatalogueRow.module.css'
import { selectsRows, mayDrag, type Press } from '../drag/drag-link.ts'
import { GroupLines } from '../facts/GroupLines.tsx'

/** What an operator can do to a row of the catalogue. */
export type CatalogueActions = {
  toggle: (id: string, range: boolean) => void
  /** Places the row's group (all selected ones when it is among them) at the end of the list. */
  add: (id: string) => void
  /** A press that may become a drag. */
  press: (event: Press, id: string) => void
}

type CatalogueRowProps = {
  group: SecurityGroup
  selected: boolean
  active: boolean
  /** Nothing can be placed now: the list is full, or locked. */
  blocked: boolean
  locked: boolean
  actions: CatalogueActions
}

/** A security group that is not on the list, to be placed. */
export const CatalogueRow = memo(function CatalogueRow(props: CatalogueRowProps): JSX.Element {
  const { group, selected, active, blocked, locked, actions } = props
  const { id } = group
  const name = textOf(group.name) ?? shortId(id)
  const press = blocked ? undefined : (event: Press) => actions.press(event, id)
  const classes = [styles.row, selected && styles.selected, !blocked && styles.movable]
  const tabIndex = active ? 0 : -1
  const onClick = (event: MouseEvent) => {
    if (!locked && selectsRows(event)) actions.toggle(id, event.shiftKey)
  }
  return (
    // Clicks with Shift or Ctrl are a shortcut: the checkbox does the same for keyboards.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <li
      data-row={id}
      className={classes.filter(Boolean).join(' ')}
      onMouseDown={press && ((event) => mayDrag(event) && press(event))}
      onClick={onClick}
    >
      {/* For mouse and touch only: keyboards have Enter and the buttons below the catalogue. */}
      <span className={styles.grip} aria-hidden="true" onTouchStart={press}>
        <Icon name="grip" />
      </span>
      <RowCheckbox {...{ id, name, selected, tabIndex }} disabled={locked} onToggle={actions.toggle} />
      <GroupLines id={id} group={group} tabIndex={tabIndex} />
      {blocked ? (
        // The buttons below the catalogue say why, once for all rows.
        <span className={styles.noButton} />
      ) : (
        <IconButton
          icon="plus"
          size="small"
          label={`Add ${name} to the end of the list`}
          data-control="add"
          tabIndex={tabIndex}
          onClick={() => actions.add(id)}
        />
      )}
    </li>
  )
})
