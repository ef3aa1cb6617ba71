import { Link } from '@tanstack/react-router'
import type { JSX } from 'react'
import type { AuditRecordSummary } from '../../vpc/audit-log.ts'
import type { Named } from '../facts/group-names.ts'
import { Badge } from '../ui/Badge.tsx'
import { shortId } from '../ui/short-id.ts'
import { Time } from '../ui/Time.tsx'
import styles from './HistoryPage.module.css'
import { KIND_WORDS, outcomeWords, changeSummary } from './audit-record-words.ts'

type RecordRowProps = {
  record: AuditRecordSummary
  /** The groups whose names are known by now. */
  names: Named
  showPort: boolean
  /** What was searched for: a request ID that it begins is shown whole. */
  sought: string | undefined
}

/** One dry run or change, at a glance; its first words lead to all of it. */
export function AuditRecordRow({ record, names, showPort, sought }: RecordRowProps): JSX.Element {
  const { record_id, project_id, port_id, port_name, at, kind, user, request_ids } = record
  const { words, tone, meaning } = outcomeWords(record)
  const needle = sought?.trim().toLowerCase() ?? ''
  const hit = needle === '' ? undefined : request_ids.find((id) => id.toLowerCase().startsWith(needle))
  const shown = hit ?? request_ids.at(-1)
  const summary = changeSummary(record, names)
  return (
    <li className={styles.row}>
      <span className={styles.time}>
        <Time value={at} />
      </span>
      <span className={styles.what}>
        <Link
          to="/projects/$projectId/history/$recordId"
          params={{ projectId: project_id, recordId: record_id }}
        >
          {KIND_WORDS[kind]}
        </Link>{' '}
        {record.bulk_change_id != null && (
          <Link
            to="/projects/$projectId/changes/$changeId"
            params={{ projectId: project_id, changeId: record.bulk_change_id }}
          >
            on many ports
          </Link>
        )}{' '}
        <span className={styles.muted} title={summary}>
          {summary}
        </span>
      </span>
      <span className={styles.port} title={port_id}>
        {showPort && (port_name || <code>{shortId(port_id)}</code>)}
      </span>
      <span className={styles.user} title={user}>
        {user}
      </span>
      <span className={styles.outcome}>
        <Badge tone={tone} title={meaning}>
          {words}
        </Badge>
      </span>
      <span className={styles.ids} title={request_ids.join('\n')}>
        {shown !== undefined && <code>{hit ?? shortId(shown)}</code>}
        {request_ids.length > 1 && <span className={styles.muted}> +{request_ids.length - 1}</span>}
      </span>
    </li>
  )
}
