import type { JSX } from 'react'
import { TextField } from '../ui/Field.tsx'

type TypedNumberProps = {
  /** What is to be done: 'carry it out all the same'. */
  act: string
  ports: number
  typed: string
  onTyped: (typed: string) => void
}

/** Asks for the number of ports, so that a change that breaks a guard is no slip of a finger. */
export function TypedNumber({ act, ports, typed, onTyped }: TypedNumberProps): JSX.Element {
  return (
    <TextField
      label={`To ${act}, type the number of ports (${ports})`}
      inputMode="numeric"
      value={typed}
      onChange={(event) => onTyped(event.target.value)}
    />
  )
}

/** True when the number of ports is what was typed. */
export function typesNumber(typed: string, ports: number): boolean {
  return typed.trim() === String(ports)
}
