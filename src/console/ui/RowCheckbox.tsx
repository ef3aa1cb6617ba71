import { memo, type JSX } from 'react'
import styles from './RowCheckbox.module.css'

type RowCheckboxProps = {
  id: string
  /** What the row is of. */
  name: string
  selected: boolean
  disabled: boolean
  tabIndex: number
  /** `range`: with Shift, all rows from the last one to this. */
  onToggle: (id: string, range: boolean) => void
}

/** Selects a row of a list; easy to hit with a finger. */
export const RowCheckbox = memo(function RowCheckbox(props: RowCheckboxProps): JSX.Element {
  const { id, name, selected, disabled, tabIndex, onToggle } = props
  return (
    <label className={styles.check}>
      <input
        type="checkbox"
        data-control="select"
        tabIndex={tabIndex}
        aria-label={`Select ${name}`}
        checked={selected}
        disabled={disabled}
        onChange={(event) => onToggle(id, (event.nativeEvent as unknown as PointerEvent).shiftKey)}
      />
    </label>
  )
})
