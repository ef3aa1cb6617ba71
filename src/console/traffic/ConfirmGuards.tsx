import type { JSX } from 'react'
import type { Port } from '../../vpc/port.ts'
import { TextField } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import type { BrokenGuard } from './broken-guards.ts'

type ConfirmGuardsProps = {
  port: Pick<Port, 'id' | 'name'>
  broken: readonly BrokenGuard[]
  typed: string
  onTyped: (typed: string) => void
}

/** Names the guards that a plan breaks, and asks for the port's name or ID. */
export function ConfirmGuards({ port, broken, typed, onTyped }: ConfirmGuardsProps): JSX.Element {
  return (
    <Notice tone="danger" role="alert" title="This change breaks a guard">
      <ul>
        {broken.map(({ name, rule, why }) => (
          <li key={name}>
            <b>{name}</b>: {rule}. {why}
          </li>
        ))}
      </ul>
      <TextField
        label={`To apply it all the same, type ${port.name ? `the port’s name (${port.name}) or its ID` : `the port’s ID (${port.id})`}`}
        value={typed}
        onChange={(event) => onTyped(event.target.value)}
      />
    </Notice>
  )
}
