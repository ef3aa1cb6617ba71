import { useState, type FormEvent, type JSX } from 'react'
import { Button } from '../ui/Button.tsx'
import { NumberInput } from '../ui/NumberInput.tsx'
import { readPosition } from '../arrangement/position.ts'
import styles from './MoveField.module.css'

type MoveFieldProps = {
  /** How many positions the selected groups can be moved to. */
  positions: number
  lockReason: string | undefined
  onMove: (position: number) => void
}

/** Moves the selected groups together, so that the first of them is at a typed position. */
export function MoveField({ positions, lockReason, onMove }: MoveFieldProps): JSX.Element {
  const [text, setText] = useState('')
  const read = readPosition(text, positions)
  const problem = typeof read === 'number' ? undefined : read.problem
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (lockReason !== undefined || typeof read !== 'number') return
    onMove(read)
    setText('')
  }
  return (
    <form className={styles.move} onSubmit={submit} noValidate>
      <NumberInput
        aria-label="Position for the selected groups"
        placeholder={`1–${positions}`}
        value={text}
        aria-invalid={(text !== '' && problem !== undefined) || undefined}
        onChange={(event) => setText(event.target.value)}
      />
      <Button size="small" type="submit" disabledReason={lockReason ?? problem}>
        Move to position
      </Button>
    </form>
  )
}
