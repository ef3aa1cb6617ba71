import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useEffect, type JSX } from 'react'
import { isOver, type BulkChangeSummary } from '../../vpc/bulk-changes-api.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { StandingOrdersLink } from '../facts/StandingOrdersLink.tsx'
import { firstViewDrawn } from '../hooks/first-view.ts'
import { bulkChangesQuery } from '../proxy-client/bulk-changes.ts'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import { Time } from '../ui/Time.tsx'
import { portsWords, STATE_WORDS, titleOf } from '../waves/bulk-words.ts'
import { CountsBar } from '../waves/CountsBar.tsx'
import styles from './ChangesPage.module.css'

const route = getRouteApi('/projects/$projectId/changes')

/** The bulk changes of a project: those that are open first. */
export function ChangesPage(): JSX.Element {
  useEffect(firstViewDrawn, [])
  const { projectId } = route.useParams()
  const navigate = useNavigate()
  const open = useInfiniteQuery(bulkChangesQuery(projectId, true))
  const list = useInfiniteQuery(bulkChangesQuery(projectId, false))
  const opened = open.data?.pages.flatMap((page) => page.bulk_changes) ?? []
  const isOpened = new Set(opened.map(({ bulk_change_id }) => bulk_change_id))
  const over = (list.data?.pages.flatMap((page) => page.bulk_changes) ?? []).filter(
    (change) => isOver(change) && !isOpened.has(change.bulk_change_id),
  )
  const error = open.error ?? list.error
  const read = open.isSuccess && list.isSuccess
  const begin = (
    <Button
      variant="primary"
      icon="plus"
      onClick={() =>
        void navigate({ to: '/projects/$projectId/changes/new', params: { projectId }, search: {} })
      }
    >
      New change
    </Button>
  )
  return (
    <>
      <PageHeader
        title="Changes"
        actions={
          <>
            <StandingOrdersLink project={projectId} />
            {read && opened.length + over.length > 0 && begin}
          </>
        }
      />
      {error !== null && (
        <ErrorPanel
          error={error}
          title="The changes could not be read"
          onRetry={() => void Promise.all([open.refetch(), list.refetch()])}
        />
      )}
      {(open.isPending || list.isPending) && error === null && <SkeletonRows label="Reading the changes" />}
      {read && opened.length + over.length === 0 && (
        <EmptyState title="No change on many ports yet" actions={begin}>
          Say once what is wanted, and see what it does on each of up to 10,000 ports. Then it is carried out
          in waves, from one port on: it can be paused, ended, and undone as one.
        </EmptyState>
      )}
      <Changes title="Open" project={projectId} changes={opened} />
      <Changes title="Over" project={projectId} changes={over} />
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Load more
        </Button>
      )}
    </>
  )
}

function Changes(props: {
  title: string
  project: string
  changes: readonly BulkChangeSummary[]
}): JSX.Element | null {
  const { title, project, changes } = props
  if (changes.length === 0) return null
  return (
    <section className={styles.list} aria-label={title}>
      <h2 className={styles.head}>{title}</h2>
      <ul>
        {changes.map((change) => (
          <Change key={change.bulk_change_id} project={project} change={change} />
        ))}
      </ul>
    </section>
  )
}

function Change({ project, change }: { project: string; change: BulkChangeSummary }): JSX.Element {
  const { bulk_change_id, state, note, user, created_at, counts, ports, undo_state } = change
  const { words, tone } = STATE_WORDS[state]
  return (
    <li className={styles.change}>
      <div className={styles.what}>
        <Link
          to="/projects/$projectId/changes/$changeId"
          params={{ projectId: project, changeId: bulk_change_id }}
          className={styles.link}
        >
          {titleOf(change)}
        </Link>
        <span className={styles.facts}>
          {note !== null && note !== '' && <b>{note}</b>}
          <span>{portsWords(ports)}</span>
          <span>by {user}</span>
          <span>
            <Time value={created_at} /> UTC
          </span>
        </span>
      </div>
      <span className={styles.state}>
        <Badge tone={tone}>{words}</Badge>
        {undo_state !== null && <Badge>Undo: {STATE_WORDS[undo_state].words.toLowerCase()}</Badge>}
      </span>
      <CountsBar counts={counts} />
    </li>
  )
}
