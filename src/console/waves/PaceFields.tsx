import type { JSX } from 'react'
import { SelectField, TextField } from '../ui/Field.tsx'
import styles from './PaceFields.module.css'
import type { PaceTyped } from './pace-typed.ts'

type PaceFieldsProps = {
  typed: PaceTyped
  onTyped: (typed: PaceTyped) => void
  /** What is wrong with each field. */
  problems: Partial<Record<keyof PaceTyped, string>>
}

/** At which pace a bulk change is carried out: how waves grow, and when it waits or stops. */
export function PaceFields({ typed, onTyped, problems }: PaceFieldsProps): JSX.Element {
  const field = (name: keyof PaceTyped, label: string, hint?: string) => (
    <TextField
      label={label}
      inputMode="numeric"
      value={typed[name]}
      hint={hint}
      error={problems[name]}
      onChange={(event) => onTyped({ ...typed, [name]: event.target.value })}
    />
  )
  return (
    <div className={styles.fields}>
      {field('first', 'Ports in the first wave')}
      {field('growth', 'Each wave is larger, times')}
      {field('largest_wave', 'Ports in a wave, at most')}
      {field('stop_after', 'Stop after failures')}
      <SelectField
        label="Between waves"
        value={typed.between}
        onChange={(event) => onTyped({ ...typed, between: event.target.value as PaceTyped['between'] })}
      >
        <option value="wait">Wait for me</option>
        <option value="pause">Go on by itself after a pause</option>
      </SelectField>
      {typed.between === 'pause' && field('pause_seconds', 'Pause, seconds')}
      {field('ports_per_minute', 'Ports a minute, at most', 'Empty: as the budget of calls allows')}
    </div>
  )
}
