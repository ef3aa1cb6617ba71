import type { JSX } from 'react'
import type { Operation } from '../../vpc/portside-api.ts'
import type { GroupFacts } from '../facts/group-facts.ts'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Time } from '../ui/Time.tsx'
import styles from './Operation.module.css'
import { OperationSteps } from './OperationSteps.tsx'
import { counted, listChangeWords } from '../facts/change-words.ts'

type LastChangeProps = {
  operation: Operation
  facts: Pick<GroupFacts, 'groups'>
  /** It was carried out while this page was open: shown in full. */
  fresh: boolean
  /** Arranges the inverse; undefined where there is nothing to undo. */
  onUndo: (() => void) | undefined
}

const TITLES: Record<Operation['purpose'], string> = {
  change: 'Applied',
  go_on: 'Applied, finished later',
  go_back: 'Rolled back',
}

/** The change to this port that was carried out last through Portside, and its undoing. */
export function LastChange({ operation, facts, fresh, onUndo }: LastChangeProps): JSX.Element {
  const { steps, user, updated_at, purpose, before, desired } = operation
  return (
    <section className={styles.last} aria-label="Last change" role={fresh ? 'status' : undefined}>
      <header>
        <h3>
          <span className={styles.applied}>
            <Icon name="check" />
          </span>
          {fresh ? `${TITLES[purpose]}: ${listChangeWords(before, desired)}` : 'Last change'}
        </h3>
        {onUndo && (
          <Button size="small" icon="undo" onClick={onUndo}>
            Undo this change
          </Button>
        )}
      </header>
      <div className={styles.inside}>
        <p className={styles.note}>
          {counted(steps.length, 'call')} by {user}, <Time value={updated_at} /> UTC
          {onUndo && '. Undo only arranges: it sends nothing'}.
        </p>
        {fresh && <a href="#port-details">Read the returned port in full</a>}
        <details open={fresh}>
          <summary>Steps</summary>
          <OperationSteps operation={operation} facts={facts} />
        </details>
      </div>
    </section>
  )
}
