import { useState, type JSX } from 'react'
import { listDifference } from '../../vpc/list-difference.ts'
import { groupName, type Named } from '../facts/group-names.ts'
import { GroupName } from '../facts/GroupName.tsx'
import styles from './ListChips.module.css'

/** So many chips are shown at first; what is new, moved or gone always is. */
const MOST = 8

type Chip = { id: string; mark?: string; tone?: 'changed' | 'gone' }

type ListChipsProps = { before: readonly string[]; after: readonly string[]; names: Named }

/** A list as it becomes, group by group: what is new, from where others come, and what is gone. */
export function ListChips({ before, after, names }: ListChipsProps): JSX.Element {
  const [all, setAll] = useState(false)
  const { added, moved, removed } = listDifference(before, after)
  const from = new Map(moved.map((one) => [one.id, one.from]))
  const isNew = new Set(added.map(({ id }) => id))
  const chips: Chip[] = [
    ...after.map((id): Chip => {
      if (isNew.has(id)) return { id, mark: 'new', tone: 'changed' }
      const at = from.get(id)
      return at === undefined ? { id } : { id, mark: `from ${at + 1}`, tone: 'changed' }
    }),
    ...removed.map(({ id }): Chip => ({ id, mark: 'gone', tone: 'gone' })),
  ]
  const shown = all ? chips : chips.filter(({ mark }, n) => n < MOST || (mark !== undefined && n < 3 * MOST))
  const more = chips.length - shown.length
  return (
    <ol className={styles.chips} aria-label="The list">
      {after.length === 0 && <li className={styles.chip}>No security groups</li>}
      {shown.map(({ id, mark, tone }) => (
        <li key={id} className={`${styles.chip} ${tone ? styles[tone] : ''}`} title={id}>
          <GroupName id={id}>{groupName({ groups: names }, id)}</GroupName>
          {mark !== undefined && <span> · {mark}</span>}
        </li>
      ))}
      {more > 0 && (
        <li>
          <button type="button" className={styles.more} onClick={() => setAll(true)}>
            + {more} more
          </button>
        </li>
      )}
    </ol>
  )
}
