import { Suspense, useId, useState, type ComponentType, type FormEvent, type JSX } from 'react'
import { Button } from '../ui/Button.tsx'
import { NumberInput } from '../ui/NumberInput.tsx'
import styles from './PlaceBar.module.css'
import { readPosition } from '../arrangement/position.ts'

/** Groups that may be placed, the first of them at `position` (0 is the top). */
export type PlacePreviewProps = { ids: readonly string[]; position: number; where: string }
/** Says what placing groups would change. */
export type PlacePreviewOf = ComponentType<PlacePreviewProps>

type PlaceBarProps = {
  selected: readonly string[]
  /** How many groups are on the list, and how many more it takes. */
  count: number
  free: number
  /** How many groups a port takes. */
  limit: number
  /** Why nothing can be arranged now, if so. */
  lockReason: string | undefined
  onPlace: (position: number) => void
  onClear: () => void
  Preview: PlacePreviewOf
}

/** Places the selected groups by buttons: at the top, at the end, or at a typed position. */
export function PlaceBar(props: PlaceBarProps): JSX.Element {
  const { selected, count, free, limit, lockReason, onPlace, onClear, Preview } = props
  const [text, setText] = useState('')
  // What was asked for; with another selection it is something else.
  const [asked, setAsked] = useState<readonly string[]>()
  const isAsked = asked?.join() === selected.join()
  const fieldId = useId()
  const read = readPosition(text, count + 1)
  const blocked = lockReason ?? noPlace(selected.length, count, free, limit)
  const problem = text !== '' && typeof read !== 'number' ? read.problem : undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (blocked !== undefined || typeof read !== 'number') return
    onPlace(read)
    setText('')
  }
  return (
    <form className={styles.bar} onSubmit={submit} noValidate>
      <div className={styles.line}>
        <output className={styles.count}>
          {selected.length === 0 ? 'None selected' : `${selected.length} selected`}
        </output>
        {selected.length > 0 && (
          <Button size="small" variant="ghost" onClick={onClear}>
            Clear
          </Button>
        )}
        <span className={styles.ends}>
          <Button size="small" disabledReason={blocked} onClick={() => onPlace(0)}>
            Add to top
          </Button>
          <Button size="small" disabledReason={blocked} onClick={() => onPlace(count)}>
            Add to end
          </Button>
        </span>
      </div>
      <div className={styles.line}>
        <label htmlFor={fieldId} className={styles.count}>
          Insert at position
        </label>
        <NumberInput
          id={fieldId}
          placeholder={`1–${count + 1}`}
          value={text}
          aria-invalid={problem !== undefined || undefined}
          aria-describedby={`${fieldId}-problem`}
          onChange={(event) => setText(event.target.value)}
        />
        <Button
          size="small"
          type="submit"
          disabledReason={blocked ?? (text === '' ? `Type a position from 1 to ${count + 1}` : problem)}
        >
          Insert
        </Button>
        <output id={`${fieldId}-problem`} className={styles.problem}>
          {problem}
        </output>
      </div>
      {selected.length > 0 && (
        <div className={styles.line}>
          <Button size="small" disabledReason={blocked ?? problem} onClick={() => setAsked(selected)}>
            What would change?
          </Button>
        </div>
      )}
      {/* Read out when it is known. */}
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- <output> takes no blocks */}
      <div role="status" aria-label="What would change">
        {isAsked && blocked === undefined && problem === undefined && (
          <Suspense>
            {placesOf(read, count).map(({ position, where }) => (
              <Preview key={position} ids={asked} position={position} where={where} />
            ))}
          </Suspense>
        )}
      </div>
    </form>
  )
}

/** The position that is typed; else the top and the end. */
function placesOf(read: ReturnType<typeof readPosition>, count: number) {
  if (typeof read === 'number') return [{ position: read, where: `At position ${read + 1}` }]
  const end = { position: count, where: 'At the end' }
  return count === 0 ? [end] : [{ position: 0, where: 'At the top' }, end]
}

function noPlace(selected: number, count: number, free: number, limit: number): string | undefined {
  if (selected === 0) return 'Select groups in the catalogue first'
  if (selected <= free) return undefined
  return free === 0
    ? `The list has ${count} groups, and a port takes no more. Detach one first.`
    : `There is room for ${free} more only: a port takes at most ${limit} groups.`
}
