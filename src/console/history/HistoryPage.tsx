import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { firstViewDrawn } from '../hooks/first-view.ts'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useEffect, type JSX } from 'react'
import type { AuditLogFilters } from '../../vpc/audit-log.ts'
import { textOf } from '../../vpc/shown.ts'
import { portQuery } from '../proxy-client/queries.ts'
import { exportAddress, auditLogPagesQuery } from '../proxy-client/audit-log.ts'
import { Button } from '../ui/Button.tsx'
import { ExportLinks } from '../errors/ExportLinks.tsx'
import { useGroupNames } from '../facts/use-group-names.ts'
import { useGroupsNamed } from '../facts/use-groups-named.ts'
import { listSearch, useKeepListSearch } from '../hooks/list-search.ts'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { shortId } from '../ui/short-id.ts'
import { Notice } from '../ui/Notice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import { HistoryFilters } from './HistoryFilters.tsx'
import styles from './HistoryPage.module.css'
import { readHistorySearch, type HistorySearch } from './history-search.ts'
import { AuditRecordRow } from './AuditRecordRow.tsx'

const ofProject = getRouteApi('/projects/$projectId/history')
const ofPort = getRouteApi('/projects/$projectId/ports/$portId/history')

/** Without the panel beside the page, which is no filter. */
const OWN_SEARCH = { select: readHistorySearch, structuralSharing: true } as const

type Change = (change: (before: HistorySearch) => HistorySearch) => void

/** Every dry run and change in a project. */
export function ProjectHistoryPage(): JSX.Element {
  const { projectId } = ofProject.useParams()
  const navigate = ofProject.useNavigate()
  const change: Change = (search) => void navigate({ search, replace: true, resetScroll: false })
  return (
    <HistoryView
      key={projectId}
      project={projectId}
      search={ofProject.useSearch(OWN_SEARCH)}
      change={change}
    />
  )
}

/** Every dry run and change of one port. */
export function PortHistoryPage(): JSX.Element {
  const { projectId, portId } = ofPort.useParams()
  const navigate = ofPort.useNavigate()
  const change: Change = (search) => void navigate({ search, replace: true, resetScroll: false })
  return (
    <HistoryView
      key={`${projectId}/${portId}`}
      project={projectId}
      portId={portId}
      search={ofPort.useSearch(OWN_SEARCH)}
      change={change}
    />
  )
}

type HistoryViewProps = { project: string; portId?: string; search: HistorySearch; change: Change }

function HistoryView({ project, portId, search, change }: HistoryViewProps): JSX.Element {
  useEffect(firstViewDrawn, [])
  // Words that the proxy does not know are refused by it, with what it does know.
  const named = useGroupsNamed(project, search.q ?? '')
  const q_group = named.groups.map(({ id }) => id)
  const filters = {
    ...search,
    ...(q_group.length > 0 && { q_group }),
    project_id: project,
    ...(portId && { port_id: portId }),
  } as AuditLogFilters
  const list = useInfiniteQuery({
    ...auditLogPagesQuery(filters),
    placeholderData: (earlier) => earlier,
  })
  const records = list.data?.pages.flatMap((page) => page.records) ?? []
  const names = useGroupNames(
    project,
    records.flatMap(({ changed_groups }) => changed_groups?.map(({ id }) => id) ?? []),
  )
  const path = portId === undefined ? 'history' : `ports/${portId}/history`
  useKeepListSearch(`/projects/${project}/${path}`, search)
  const clear = () => change(() => ({}))
  const narrowed = Object.keys(search).length > 0
  return (
    <>
      <Header
        project={project}
        portId={portId}
        filters={filters}
        recorded={records[0]?.port_name}
        isEmpty={!narrowed && list.isSuccess && !list.isPlaceholderData && records.length === 0}
      />
      <HistoryFilters search={search} change={change} onClear={clear} />
      <section className={styles.list} aria-label="Audit records" aria-busy={list.isFetching}>
        {named.error !== null && (
          <Notice tone="warn">
            Whether a security group has this name could not be read: what was done with it is not among
            these.
          </Notice>
        )}
        {list.isPending && <SkeletonRows label="Reading the audit records" count={10} />}
        {records.length > 0 && (
          <>
            <div className={styles.head} aria-hidden="true">
              <span>When (UTC)</span>
              <span>What</span>
              <span>{portId === undefined ? 'Port' : ''}</span>
              <span>By</span>
              <span>Outcome</span>
              <span>Request IDs</span>
            </div>
            <ol className={list.isPlaceholderData ? styles.outdated : undefined}>
              {records.map((record) => (
                <AuditRecordRow
                  key={record.record_id}
                  record={record}
                  names={names}
                  showPort={portId === undefined}
                  sought={search.q}
                />
              ))}
            </ol>
          </>
        )}
        {list.error !== null && (
          <div className={styles.foot}>
            <ErrorPanel
              error={list.error}
              title={
                records.length === 0
                  ? 'The audit records could not be read'
                  : 'Further audit records could not be read'
              }
              onRetry={() => void (records.length === 0 ? list.refetch() : list.fetchNextPage())}
            />
          </div>
        )}
        {list.isSuccess && records.length === 0 && (
          <EmptyState
            title={narrowed ? 'No audit record matches' : 'Nothing has been checked or changed yet'}
            actions={
              narrowed && (
                <Button icon="close" onClick={clear}>
                  Clear search and filters
                </Button>
              )
            }
          >
            {narrowed
              ? 'The search finds the beginning of a port’s name, a user’s name, a port ID or a request ID, and names and IDs of groups as a whole.'
              : 'Portside records every dry run and every change, with each request and its response.'}
          </EmptyState>
        )}
        {list.hasNextPage && list.error === null && (
          <div className={styles.foot}>
            <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              Load more
            </Button>
          </div>
        )}
      </section>
    </>
  )
}

function Header(props: {
  project: string
  portId: string | undefined
  filters: AuditLogFilters
  /** What the port was called when it was last changed or checked. */
  recorded: string | null | undefined
  /** Nothing is recorded; a search that finds nothing leaves the links as they are. */
  isEmpty: boolean
}): JSX.Element {
  const { project, portId, filters, recorded, isEmpty } = props
  const { data } = useQuery({ ...portQuery(project, portId ?? ''), enabled: portId !== undefined })
  const name = textOf(data?.port.name) ?? (recorded || undefined)
  return (
    <PageHeader
      title={portId === undefined ? 'History' : `History of ${name ?? `port ${shortId(portId)}`}`}
      crumbs={
        portId && (
          <>
            <Link
              to="/projects/$projectId/ports"
              params={{ projectId: project }}
              search={listSearch(`/projects/${project}/ports`)}
              activeOptions={EXACT}
            >
              Ports
            </Link>
            <span aria-hidden="true">/</span>
            <Link
              to="/projects/$projectId/ports/$portId"
              params={{ projectId: project, portId }}
              activeOptions={EXACT}
            >
              {name ?? `Port ${shortId(portId)}`}
            </Link>
          </>
        )
      }
      actions={
        <>
          {portId === undefined && (
            <Link
              to="/projects/$projectId/standing-orders"
              params={{ projectId: project }}
              search={{ record: 'open' }}
            >
              Record of standing orders
            </Link>
          )}
          {/* With the same filters. */}
          <ExportLinks addressOf={(format) => exportAddress(filters, format)} isEmpty={isEmpty} />
        </>
      }
    />
  )
}

/** This page is below those of the links, and not one of them. */
const EXACT = { exact: true }
