import { useState, type JSX, type KeyboardEvent } from 'react'
import { readPosition } from '../arrangement/position.ts'
import styles from './PositionButton.module.css'

type PositionButtonProps = {
  name: string
  /** 0 is the top. */
  position: number
  count: number
  tabIndex: number
  locked: boolean
  onMove: (position: number) => void
}

/**
 * A row's position number. Pressed, it becomes a field: Enter moves the group there, Escape closes
 * the field.
 */
export function PositionButton(props: PositionButtonProps): JSX.Element {
  const { name, position, count, tabIndex, locked, onMove } = props
  // Null: a key closed the field, and its focus is the button's.
  const [text, setText] = useState<string | null>()
  if (locked) return <span className={styles.number}>{position + 1}</span>
  if (text == null)
    return (
      <button
        type="button"
        className={`${styles.number} ${styles.button}`}
        data-control="position"
        tabIndex={tabIndex}
        aria-label={`Position ${position + 1}: move ${name} to another position`}
        title="Move to another position"
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus={text === null}
        // Once: a button that is drawn again after a change is not to take the focus.
        onFocus={() => setText(undefined)}
        onClick={() => setText(String(position + 1))}
      >
        {position + 1}
      </button>
    )
  const read = readPosition(text, count)
  const problem = text === '' || typeof read === 'number' ? undefined : read.problem
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Escape') setText(null)
    if (event.key !== 'Enter' || typeof read !== 'number') return
    event.preventDefault()
    setText(null)
    onMove(read)
  }
  return (
    <span className={styles.editing}>
      <input
        className={styles.field}
        data-control="position"
        inputMode="numeric"
        aria-label={`Position of ${name}`}
        aria-invalid={problem !== undefined || undefined}
        // The button that was just pressed had the focus.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        autoComplete="off"
        value={text}
        onFocus={(event) => event.target.select()}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={() => setText(undefined)}
      />
      <output className={styles.hint}>{problem ?? `1 to ${count}, then Enter`}</output>
    </span>
  )
}
