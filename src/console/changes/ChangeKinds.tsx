import { memo, useMemo, useState, type JSX } from 'react'
import type { BulkChange } from '../../vpc/bulk-changes-api.ts'
import type { Named } from '../facts/group-names.ts'
import { useGroupNames } from '../facts/use-group-names.ts'
import { useDrawnInParts } from '../hooks/drawn-in-parts.ts'
import { KindRow } from '../kinds/KindRow.tsx'
import { ListChips } from '../kinds/ListChips.tsx'
import { Button } from '../ui/Button.tsx'
import { countsWords } from '../waves/bulk-words.ts'
import styles from './ChangePage.module.css'

/** So many kinds are drawn at first, and with each press of the button below them. */
const AT_ONCE = 20
/** So many take a few milliseconds. */
const IN_A_TASK = 5

type ChangeKindsProps = { project: string; change: Pick<BulkChange, 'kinds' | 'state'> }

/** The kinds of a bulk change, some of them: each with its list and how far it is. */
export function ChangeKinds({ project, change: { kinds, state } }: ChangeKindsProps): JSX.Element {
  const [most, setMost] = useState(AT_ONCE)
  const drawn = useDrawnInParts(Math.min(most, kinds.length), IN_A_TASK)
  // Of kinds that nobody looks at, no name is asked for: each twenty groups are a call.
  const ids = useMemo(
    () => kinds.slice(0, most).flatMap(({ planned_from, desired }) => [...planned_from, ...desired]),
    [kinds, most],
  )
  const names = useGroupNames(project, ids)
  if (kinds.length === 0)
    return (
      <p className={styles.none}>
        {state === 'planning' ? 'They grow as the ports are read.' : 'No port had to be changed.'}
      </p>
    )
  return (
    <>
      <ul>
        {kinds.slice(0, drawn).map((kind, n) => (
          <Kind key={n} kind={kind} names={names} />
        ))}
      </ul>
      {kinds.length > most && (
        <div className={styles.foot}>
          <Button size="small" onClick={() => setMost(most + AT_ONCE)}>
            Show {Math.min(AT_ONCE, kinds.length - most)} more of {kinds.length - most}
          </Button>
        </div>
      )}
    </>
  )
}

type KindProps = { kind: BulkChange['kinds'][number]; names: Named }

/** Kept as it is drawn while other kinds go on. */
const Kind = memo(function Kind({ kind, names }: KindProps): JSX.Element {
  const { planned_from, desired, ports, counts } = kind
  return (
    <KindRow ports={ports}>
      <ListChips before={planned_from} after={desired} names={names} />
      <p className={styles.counts}>{countsWords(counts)}</p>
    </KindRow>
  )
})
