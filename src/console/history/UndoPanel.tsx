import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useMemo, type JSX } from 'react'
import { sameList } from '../../vpc/list-difference.ts'
import { rebase } from '../../vpc/rebase.ts'
import type { AuditRecord } from '../../vpc/audit-log.ts'
import { textOf } from '../../vpc/shown.ts'
import { arrange, arrangementOf, isChanged } from '../arrangement/arrangement.ts'
import { arrangementStore, browserStorage } from '../arrangement/arrangement-store.ts'
import type { GroupFacts } from '../facts/group-facts.ts'
import { ListComparison } from '../facts/ListComparison.tsx'
import { portQuery } from '../proxy-client/queries.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { Notice } from '../ui/Notice.tsx'
import styles from './AuditRecordPage.module.css'

type UndoPanelProps = { record: AuditRecord; facts: Pick<GroupFacts, 'groups'> }

/**
 * Undoing a change from its audit record: makes the opposite arrangement on the port's page, for
 * the list as it is now. Nothing is sent yet. Where the list has changed since, that is said and
 * shown.
 */
export function UndoPanel({ record, facts }: UndoPanelProps): JSX.Element | null {
  const { kind, outcome, after, undo_to } = record
  const undoable = (kind === 'change' || kind === 'go_on') && (outcome === 'done' || outcome === 'left')
  if (!undoable || after === null || undo_to === null || sameList(after, undo_to)) return null
  return <Undo record={record} after={after} undoTo={undo_to} facts={facts} />
}

function Undo(props: {
  record: AuditRecord
  after: readonly string[]
  undoTo: readonly string[]
  facts: Pick<GroupFacts, 'groups'>
}): JSX.Element {
  const { record, after, undoTo, facts } = props
  const { project_id, port_id } = record
  // What somebody looked at a moment ago is not the list as it is now.
  const port = useQuery({ ...portQuery(project_id, port_id), staleTime: 0 })
  const name = textOf(port.data?.port.name)
  const store = useMemo(
    () => arrangementStore(project_id, port_id, browserStorage(), name),
    [project_id, port_id, name],
  )
  const navigate = useNavigate()
  if (port.data === undefined)
    return port.error === null ? (
      <p className={styles.none}>Reading the port, to see whether this can be undone…</p>
    ) : (
      <ErrorPanel
        error={port.error}
        title="The port could not be read, so undoing can’t be arranged"
        onRetry={() => void port.refetch()}
      />
    )
  const list = port.data.port.security_groups
  const opposite = rebase(after, undoTo, list).desired
  const changed = !sameList(list, after)
  if (sameList(opposite, list))
    return (
      <Notice title="Nothing to undo">
        {sameList(list, undoTo)
          ? 'The port has the list from before this change again.'
          : 'What this change did is no longer there: the list has changed since.'}
      </Notice>
    )
  const kept = store.get()
  const other = kept !== null && isChanged(kept) && !sameList(kept.madeFor, list)
  const undo = () => {
    store.set(arrange(kept !== null && sameList(kept.madeFor, list) ? kept : arrangementOf(list), opposite))
    void navigate({
      to: '/projects/$projectId/ports/$portId',
      params: { projectId: project_id, portId: port_id },
    })
  }
  return (
    <section className={styles.undo} aria-labelledby="undo">
      <h2 id="undo">Undo</h2>
      {changed && (
        <Notice tone="warn" title="The list has changed since">
          Undoing takes back what this change did, on the list as it is now; what others changed since stays.
        </Notice>
      )}
      <ListComparison
        before={list}
        after={opposite}
        beforeTitle="On the port now"
        afterTitle="With this change undone"
        facts={facts}
      />
      <div className={styles.undoActions}>
        <Button
          icon="undo"
          onClick={undo}
          disabledReason={
            other
              ? 'The port has an arrangement of yours for another list: re-apply or discard it first'
              : undefined
          }
        >
          Undo this change…
        </Button>
        <span className={styles.note}>
          Makes an arrangement that undoes this change
          {kept !== null && isChanged(kept) && !other && ', in place of what you have arranged there'};
          nothing is sent yet.{' '}
          {other && (
            <Link to="/projects/$projectId/ports/$portId" params={{ projectId: project_id, portId: port_id }}>
              Open the port
            </Link>
          )}
        </span>
      </div>
    </section>
  )
}
