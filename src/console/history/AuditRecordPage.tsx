import { useQuery } from '@tanstack/react-query'
import { firstViewDrawn } from '../hooks/first-view.ts'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useEffect, Suspense, useMemo, type JSX, type ReactNode } from 'react'
import { later } from '../errors/later.tsx'
import { listDifference, sameList } from '../../vpc/list-difference.ts'
import type { AuditRecord } from '../../vpc/audit-log.ts'
import type { GroupFacts } from '../facts/group-facts.ts'
import { ListComparison } from '../facts/ListComparison.tsx'
import { listSearch } from '../hooks/list-search.ts'
import { CallError } from '../proxy-client/call-error.ts'
import { groupsByIdQuery } from '../proxy-client/queries.ts'
import { auditRecordQuery } from '../proxy-client/audit-log.ts'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { Id } from '../ui/Id.tsx'
import { shortId } from '../ui/short-id.ts'
import { Notice } from '../ui/Notice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import { Time } from '../ui/Time.tsx'
import styles from './AuditRecordPage.module.css'
import { AuditRecordTimeline } from './AuditRecordTimeline.tsx'
import { KIND_WORDS, outcomeWords, changeSummary } from './audit-record-words.ts'
import { UndoPanel } from './UndoPanel.tsx'

/** This page is below those of the links, and not one of them. */
const EXACT = { exact: true }

const StoppedChoices = later(() => import('./StoppedChoices.tsx').then((module) => module.StoppedChoices))

const route = getRouteApi('/projects/$projectId/history/$recordId')

/**
 * One dry run or change: the lists, each request and its response, what came of it, and its
 * undoing.
 */
export function AuditRecordPage(): JSX.Element {
  useEffect(firstViewDrawn, [])
  const { projectId, recordId } = route.useParams()
  const { data: record, error, refetch } = useQuery(auditRecordQuery(recordId))
  const history = (
    <Link
      to="/projects/$projectId/history"
      params={{ projectId }}
      search={listSearch(`/projects/${projectId}/history`)}
      activeOptions={EXACT}
    >
      History
    </Link>
  )
  if (record !== undefined)
    return <RecordView record={record} crumb={history} onReload={() => void refetch()} />
  const missing = error instanceof CallError && error.status === 404
  return (
    <>
      <PageHeader title={`Audit record ${shortId(recordId)}`} crumbs={history} />
      {error === null ? (
        <SkeletonRows label="Reading the audit record" />
      ) : (
        <ErrorPanel
          error={error}
          title={missing ? 'There is no such audit record' : 'The audit record could not be read'}
          onRetry={() => void refetch()}
        />
      )}
    </>
  )
}

/** The outcomes after which the operator has to choose. */
const AWAITS_CHOICE: ReadonlySet<string> = new Set(['stopped', 'interrupted'])

type RecordViewProps = { record: AuditRecord; crumb: ReactNode; onReload: () => void }

function RecordView({ record, crumb, onReload }: RecordViewProps): JSX.Element {
  const { record_id, project_id, port_id, port_name, kind, user, role, at, entries, outcome } = record
  const facts = useGroupNamesOf(record)
  const { words, tone, meaning } = outcomeWords(record)
  const port = port_name || `port ${shortId(port_id)}`
  return (
    <>
      <PageHeader
        title={`${KIND_WORDS[kind]}: ${port}`}
        cut
        crumbs={
          <>
            {crumb}
            <span aria-hidden="true">/</span>
            <Link
              to="/projects/$projectId/ports/$portId/history"
              params={{ projectId: project_id, portId: port_id }}
              search={listSearch(`/projects/${project_id}/ports/${port_id}/history`)}
            >
              {port_name || `Port ${shortId(port_id)}`}
            </Link>
          </>
        }
        actions={
          <>
            {outcome === null && (
              <Button icon="refresh" onClick={onReload}>
                Read again
              </Button>
            )}
            <Link to="/projects/$projectId/ports/$portId" params={{ projectId: project_id, portId: port_id }}>
              Open the port
            </Link>
          </>
        }
      >
        <span className={styles.facts}>
          <Badge tone={tone} title={meaning}>
            {words}
          </Badge>
          <span>
            <Time value={at} /> UTC
          </span>
          <span>
            by {user}
            {role !== null && ` (${role})`}
          </span>
          <span>{changeSummary(record, facts.groups)}</span>
          {record.bulk_change_id != null && (
            <Link
              to="/projects/$projectId/changes/$changeId"
              params={{ projectId: project_id, changeId: record.bulk_change_id }}
            >
              Part of a change on many ports
            </Link>
          )}
          <span className={styles.fact}>
            Port <Id value={port_id} label="port ID" />
          </span>
          <span className={styles.fact}>
            Audit record <Id value={record_id} label="audit record ID" />
          </span>
        </span>
      </PageHeader>
      <p className={styles.meaning}>{meaning}</p>
      <Notices record={record} />
      {AWAITS_CHOICE.has(outcome ?? '') && (
        <Suspense>
          <StoppedChoices record={record} />
        </Suspense>
      )}
      <div className={styles.columns}>
        <section className={styles.column} aria-labelledby="lists">
          <h2 id="lists">Lists</h2>
          <Lists record={record} facts={facts} />
          <UndoPanel record={record} facts={facts} />
        </section>
        <section className={styles.column} aria-labelledby="happened">
          <h2 id="happened">What happened</h2>
          <AuditRecordTimeline record={record} entries={entries} facts={facts} />
        </section>
      </div>
    </>
  )
}

function Notices({ record: { entries, project_id, follows } }: { record: AuditRecord }): JSX.Element {
  const confirmed = entries.find((entry) => entry.kind === 'confirmed')
  const end = entries.findLast((entry) => entry.kind === 'end')
  const next = end?.kind === 'end' ? end.followed_by : null
  const to = (recordId: string, words: string) => (
    <Link to="/projects/$projectId/history/$recordId" params={{ projectId: project_id, recordId }}>
      {words}
    </Link>
  )
  return (
    <>
      {confirmed?.kind === 'confirmed' && (
        <Notice tone="warn" title="It broke guards, as the operator confirmed">
          The operator typed ‘{confirmed.typed}’ to apply it although it breaks: {confirmed.guards.join(', ')}
          .
        </Notice>
      )}
      {entries.some(({ kind }) => kind === 'copied') && (
        <Notice title="Made from the journal">
          An earlier Portside without an audit log made this change. It kept the last try of each step, and no
          response.
        </Notice>
      )}
      {(follows !== null || next !== null) && (
        <p className={styles.chain}>
          {follows !== null && to(follows, 'The change before, which this one follows')}
          {next !== null && to(next, 'The change that took its place')}
        </p>
      )}
    </>
  )
}

/**
 * The lists as they were: before, and after; where that is not known, or was not to be, as planned.
 */
function Lists({ record, facts }: { record: AuditRecord; facts: Pick<GroupFacts, 'groups'> }): JSX.Element {
  const { kind, before, planned, after } = record
  if (before === null || planned === null)
    return <p className={styles.none}>A single dry run: Portside did not read the port’s list.</p>
  const dry = kind === 'dry_run'
  const asPlanned = after !== null && sameList(after, planned)
  return (
    <>
      <ListComparison
        before={before}
        after={dry || after === null ? planned : after}
        beforeTitle="Before"
        afterTitle={dry || after === null ? 'Planned' : 'After'}
        facts={facts}
      />
      {!dry && after === null && (
        <Notice tone="warn" title="The list after it is unknown">
          Nobody has read the port since. You see the planned list.
        </Notice>
      )}
      {!dry && after !== null && !asPlanned && (
        <details className={styles.more}>
          <summary>The planned list ({differenceWords(after, planned)})</summary>
          <ListComparison
            before={after}
            after={planned}
            beforeTitle="After"
            afterTitle="Planned"
            facts={facts}
          />
        </details>
      )}
    </>
  )
}

function differenceWords(after: readonly string[], planned: readonly string[]): string {
  const { added, moved, removed } = listDifference(after, planned)
  const count = added.length + moved.length + removed.length
  return count === 1 ? 'one group differs' : `${count} groups differ`
}

/** The groups that an audit record names, as far as the platform still has them. */
function useGroupNamesOf(record: AuditRecord): Pick<GroupFacts, 'groups'> {
  const ids = useMemo(() => {
    const { before, planned, after, undo_to, plan, entries } = record
    const lists = [before, planned, after, undo_to, ...plan.map(({ security_groups }) => security_groups)]
    for (const entry of entries) if (entry.kind === 'read') lists.push(entry.list)
    return [...new Set(lists.flatMap((list) => list ?? []))]
  }, [record])
  const { data } = useQuery({ ...groupsByIdQuery(record.project_id, ids), enabled: ids.length > 0 })
  return useMemo(() => ({ groups: new Map(Object.entries(data ?? {})) }), [data])
}
