import type { JSX } from 'react'
import type { Port } from '../../vpc/port.ts'
import { TextField } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import type { BrokenGuardWords } from './broken-guards.ts'
import styles from './TrafficChanges.module.css'

type ConfirmGuardsProps = {
  port: Pick<Port, 'id' | 'name'>
  broken: readonly BrokenGuardWords[]
  /** What is to be done all the same: `apply it`, `roll back`. */
  act?: string
  typed: string
  onTyped: (typed: string) => void
}

/** Names the guards that a plan breaks, and asks for the port's name or ID. */
export function ConfirmGuards(props: ConfirmGuardsProps): JSX.Element {
  const { port, broken, act = 'apply it', typed, onTyped } = props
  return (
    <Notice tone="danger" role="alert" title="This change breaks a guard">
      <ul className={styles.lines}>
        {broken.map(({ name, why }) => (
          <li key={name}>
            <b>{name}</b>: {why}
          </li>
        ))}
      </ul>
      <TextField
        label={`To ${act} all the same, type ${port.name ? `the port’s name (${port.name}) or its ID` : `the port’s ID (${port.id})`}`}
        value={typed}
        onChange={(event) => onTyped(event.target.value)}
      />
    </Notice>
  )
}
