import { memo, Suspense, type JSX } from 'react'
import { later } from '../errors/later.tsx'
import { Button } from '../ui/Button.tsx'
import { redo, reset, undo, isChanged, room } from '../arrangement/arrangement.ts'
import { ArrangedList, type ArrangedListProps } from './ArrangedList.tsx'
import styles from './ListPanel.module.css'
import { Panel } from '../ui/Panel.tsx'
import { useSelection } from '../arrangement/selection.ts'

// Not before something is selected.
const SelectedBar = later(() => import('./SelectedBar.tsx').then((module) => module.SelectedBar))

/**
 * The ordered list, with undo, redo and reset, and what can be done to selected groups together.
 */
export const ListPanel = memo(function ListPanel(props: Omit<ArrangedListProps, 'selection'>): JSX.Element {
  const { arrangement, change, lockReason, limit, facts } = props
  const { desired, past, future } = arrangement
  const selection = useSelection(desired)
  const free = room(arrangement, limit)
  const reason = (possible: boolean, why: string) => lockReason ?? (possible ? undefined : why)
  return (
    <Panel
      title="Security groups"
      note={`${desired.length} of ${limit}`}
      className={styles.panel}
      actions={
        <>
          <Button
            size="small"
            variant="ghost"
            icon="undo"
            aria-keyshortcuts="Control+Z"
            disabledReason={reason(past.length > 0, 'Nothing to undo')}
            onClick={() => change(undo)}
          >
            Undo{past.length > 0 ? ` (${past.length})` : ''}
          </Button>
          <Button
            size="small"
            variant="ghost"
            icon="redo"
            aria-keyshortcuts="Control+Shift+Z"
            disabledReason={reason(future.length > 0, 'Nothing to redo')}
            onClick={() => change(redo)}
          >
            Redo{future.length > 0 ? ` (${future.length})` : ''}
          </Button>
          <Button
            size="small"
            variant="ghost"
            disabledReason={reason(isChanged(arrangement), 'Nothing to reset')}
            onClick={() => change(reset)}
          >
            Reset
          </Button>
        </>
      }
    >
      <div className={styles.bar}>
        {selection.ids.length === 0 ? (
          <span className={styles.hint}>
            The first matching group wins.
            {free === 0
              ? ` The list is full: a port takes at most ${limit} groups.`
              : free <= 5 && ` Room for ${free} more: a port takes at most ${limit} groups.`}
          </span>
        ) : (
          <>
            <span className={styles.count}>{selection.ids.length} selected</span>
            <Suspense>
              <SelectedBar
                selected={selection.ids}
                positions={desired.length - selection.ids.length + 1}
                lockReason={lockReason}
                change={change}
                count={desired.length}
                onAll={() => selection.only(desired)}
                onClear={selection.clear}
              />
            </Suspense>
          </>
        )}
        {/* For the search of a long list (list/FindInList.tsx). */}
        <span data-find />
      </div>
      <div className={styles.scroll}>
        <ArrangedList {...props} selection={selection} />
      </div>
      {facts.error != null && (
        <div className={styles.trouble} role="alert">
          Names or rules of some groups could not be read.{' '}
          <Button size="small" icon="refresh" onClick={facts.retry}>
            Try again
          </Button>
        </div>
      )}
    </Panel>
  )
})
