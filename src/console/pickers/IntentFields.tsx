import { useState, type JSX } from 'react'
import type { Intent, Place } from '../../vpc/bulk/intent.ts'
import { MOST_GROUPS_PER_PORT } from '../../vpc/port.ts'
import type { Named } from '../facts/group-names.ts'
import { GroupChips } from './GroupChips.tsx'
import { Button } from '../ui/Button.tsx'
import { SelectField, TextField } from '../ui/Field.tsx'
import { ListDialog } from './ListDialog.tsx'
import styles from './IntentFields.module.css'
import { orderOf, type Draft } from './intent-draft.ts'

const KIND_WORDS: Record<Intent['kind'], string> = {
  insert: 'insert',
  put: 'put',
  move: 'move',
  detach: 'detach',
  replace: 'replace',
  exactly: 'make the list exactly',
}

const PLACE_WORDS: Record<Place['kind'], string> = {
  top: 'at the top',
  end: 'at the end',
  position: 'at position',
  above: 'above',
  below: 'below',
}

type IntentFieldsProps = {
  project: string
  draft: Draft
  names: Named
  onChange: (part: Partial<Draft>) => void
}

/** What is wanted, as a sentence with fields. */
export function IntentFields({ project, draft, names, onChange }: IntentFieldsProps): JSX.Element {
  const { kind, groups, none, place, at, next, leaveOut } = draft
  const [list, setList] = useState(false)
  const placed = kind === 'insert' || kind === 'move'
  const other = (label: string) => (
    <GroupChips
      project={project}
      label={label}
      groups={next === undefined ? [] : [next]}
      names={names}
      most={1}
      onChange={([id]) => onChange({ next: id })}
    />
  )
  return (
    <>
      <SelectField
        label="What to do"
        hideLabel
        value={kind}
        onChange={(event) => onChange({ kind: event.target.value as Draft['kind'] })}
      >
        {Object.entries(KIND_WORDS).map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </SelectField>
      <GroupChips
        project={project}
        label={kind === 'replace' ? 'The group to replace' : 'Groups'}
        groups={kind === 'replace' ? groups.slice(0, 1) : groups}
        names={names}
        most={kind === 'replace' ? 1 : MOST_GROUPS_PER_PORT}
        onChange={(next_) => onChange({ groups: next_, none: false })}
      />
      {kind === 'exactly' && groups.length === 0 && (
        <label>
          <input
            type="checkbox"
            checked={none}
            onChange={(event) => onChange({ none: event.target.checked })}
          />{' '}
          no group at all
        </label>
      )}
      {kind !== 'replace' && (
        <Button onClick={() => setList(true)}>
          {kind === 'exactly' ? 'Paste, or take from a port…' : 'Paste…'}
        </Button>
      )}
      {placed && (
        <SelectField
          label="Where"
          hideLabel
          value={place}
          onChange={(event) => onChange({ place: event.target.value as Draft['place'] })}
        >
          {Object.entries(PLACE_WORDS).map(([value, words]) => (
            <option key={value} value={value}>
              {kind === 'move' ? words.replace(/^at/, 'to') : words}
            </option>
          ))}
        </SelectField>
      )}
      {placed && place === 'position' && (
        <span className={styles.short}>
          <TextField
            label="Position"
            hideLabel
            inputMode="numeric"
            value={at}
            onChange={(event) => onChange({ at: event.target.value })}
          />
        </span>
      )}
      {placed && (place === 'above' || place === 'below') && other(`The group ${place} which they go`)}
      {kind === 'put' && (
        <>
          <SelectField
            label="Above or below"
            hideLabel
            value={orderOf(draft)}
            onChange={(event) => onChange({ place: event.target.value as Draft['place'] })}
          >
            <option value="above">above</option>
            <option value="below">below</option>
          </SelectField>
          {other(`The group ${orderOf(draft)} which they go`)}
          <SelectField
            label="Where a port lacks one"
            hideLabel
            value={leaveOut ? 'leave_out' : 'insert'}
            onChange={(event) => onChange({ leaveOut: event.target.value === 'leave_out' })}
          >
            <option value="insert">insert where missing</option>
            <option value="leave_out">leave ports out that lack one</option>
          </SelectField>
        </>
      )}
      {kind === 'replace' && (
        <>
          <span className={styles.word}>by</span>
          {other('The group that takes its place')}
        </>
      )}
      {list && (
        <ListDialog
          project={project}
          fromPort={kind === 'exactly'}
          onClose={() => setList(false)}
          onTake={(taken) => {
            setList(false)
            // A port's list may be empty: then that is what was said.
            onChange({ groups: taken, none: taken.length === 0 })
          }}
        />
      )}
    </>
  )
}
