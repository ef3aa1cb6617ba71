import { useState, type JSX } from 'react'
import { recordKinds, recordOutcomes } from '../../vpc/records.ts'
import { Button } from '../ui/Button.tsx'
import { SelectField, TextField } from '../ui/Field.tsx'
import { SearchBox } from '../ui/SearchBox.tsx'
import styles from './HistoryPage.module.css'
import type { HistorySearch } from './history-search.ts'
import { KIND_WORDS, OUTCOME_WORDS } from './record-words.ts'

type HistoryFiltersProps = {
  search: HistorySearch
  change: (change: (before: HistorySearch) => HistorySearch) => void
  onClear: () => void
}

/** The search box and the filters of a history view. */
export function HistoryFilters({ search, change, onClear }: HistoryFiltersProps): JSX.Element {
  const set = (name: keyof HistorySearch, value: string) =>
    change((before) => {
      const after = { ...before, [name]: value }
      if (value === '') delete after[name]
      return after
    })
  return (
    <search className={styles.filters}>
      <div className={styles.search}>
        <SearchBox
          placeholder="Port, user, group ID or request ID"
          value={search.q ?? ''}
          onChange={(q) => set('q', q)}
        />
      </div>
      <SelectField
        label="Kind"
        value={search.kind ?? ''}
        onChange={(event) => set('kind', event.target.value)}
      >
        <option value="">Any</option>
        {recordKinds.map((kind) => (
          <option key={kind} value={kind}>
            {KIND_WORDS[kind]}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Outcome"
        value={search.status ?? ''}
        onChange={(event) => set('status', event.target.value)}
      >
        <option value="">Any</option>
        {[...recordOutcomes, 'open' as const].map((outcome) => (
          <option key={outcome} value={outcome}>
            {OUTCOME_WORDS[outcome].words}
          </option>
        ))}
      </SelectField>
      <DayField label="From (UTC)" value={search.from ?? ''} onChange={(day) => set('from', day)} />
      <DayField label="To (UTC)" value={search.to ?? ''} onChange={(day) => set('to', day)} />
      {Object.keys(search).length > 0 && (
        <Button variant="ghost" icon="close" onClick={onClear}>
          Clear
        </Button>
      )}
    </search>
  )
}

/** A day; half-typed ones stay in the field, and filter nothing yet. */
function DayField(props: { label: string; value: string; onChange: (day: string) => void }): JSX.Element {
  const { label, value, onChange } = props
  const [shown, setShown] = useState(value)
  const [from, setFrom] = useState(value)
  if (value !== from) {
    setFrom(value)
    setShown(value)
  }
  return (
    <TextField
      label={label}
      type="date"
      value={shown}
      onChange={({ target }) => {
        setShown(target.value)
        if (!target.validity.badInput) onChange(target.value)
      }}
    />
  )
}
