import { useState, type JSX } from 'react'
import { auditRecordKinds, auditOutcomes } from '../../vpc/audit-log.ts'
import { LONGEST_SEARCH } from '../../vpc/limits.ts'
import { Button } from '../ui/Button.tsx'
import { SelectField, TextField } from '../ui/Field.tsx'
import { FilterBar } from '../ui/FilterBar.tsx'
import { SearchBox } from '../ui/SearchBox.tsx'
import type { HistorySearch } from './history-search.ts'
import { KIND_WORDS, OUTCOME_WORDS } from './audit-record-words.ts'

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
    <FilterBar
      search={
        <SearchBox
          placeholder="Port, user, group or request ID"
          longest={LONGEST_SEARCH}
          value={search.q ?? ''}
          onChange={(q) => set('q', q)}
        />
      }
    >
      <ChoiceField
        label="Kind"
        value={search.kind ?? ''}
        choices={auditRecordKinds.map((kind) => [kind, KIND_WORDS[kind]])}
        onChange={(kind) => set('kind', kind)}
      />
      <ChoiceField
        label="Outcome"
        value={search.status ?? ''}
        choices={[...auditOutcomes, 'open' as const].map((one) => [one, OUTCOME_WORDS[one].words])}
        onChange={(status) => set('status', status)}
      />
      <DayField label="From (UTC)" value={search.from ?? ''} onChange={(day) => set('from', day)} />
      <DayField label="To (UTC)" value={search.to ?? ''} onChange={(day) => set('to', day)} />
      {search.bulk_change_id !== undefined && (
        <Button icon="close" onClick={() => set('bulk_change_id', '')}>
          Only of one change on many ports
        </Button>
      )}
      {Object.keys(search).length > 0 && (
        <Button variant="ghost" icon="close" onClick={onClear}>
          Clear
        </Button>
      )}
    </FilterBar>
  )
}

type ChoiceFieldProps = {
  label: string
  /** '' for any. */
  value: string
  /** Values, each with its words. */
  choices: readonly (readonly [value: string, words: string])[]
  onChange: (value: string) => void
}

function ChoiceField({ label, value, choices, onChange }: ChoiceFieldProps): JSX.Element {
  return (
    <SelectField label={label} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">Any</option>
      {choices.map(([choice, words]) => (
        <option key={choice} value={choice}>
          {words}
        </option>
      ))}
    </SelectField>
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
