import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useCallback, useMemo, type JSX } from 'react'
import type { BulkChange, BulkChangePort, BulkPortState } from '../../vpc/bulk-changes-api.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { capitalized } from '../facts/capitalized.ts'
import { bulkPortsQuery } from '../proxy-client/bulk-changes.ts'
import { SelectField } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { shortId } from '../ui/short-id.ts'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import { VirtualList } from '../ui/VirtualList.tsx'
import { clockWords, PORT_STATES, PORT_STATE_WORDS, portsWords } from '../waves/bulk-words.ts'
import styles from './ChangePage.module.css'

type ChangePortsProps = {
  project: string
  change: BulkChange
  /** Only those in this state. */
  shown: BulkPortState | undefined
  onShow: (state: BulkPortState | undefined) => void
}

/** All its ports, in the order in which they are carried out, each with its state. */
export function ChangePorts({ project, change, shown, onShow }: ChangePortsProps): JSX.Element {
  const { data, error, isPending, hasNextPage, isFetching, fetchNextPage, refetch } = useInfiniteQuery({
    ...bulkPortsQuery(change.bulk_change_id, shown),
    placeholderData: (earlier) => earlier,
  })
  const ports = useMemo(() => data?.pages.flatMap((page) => page.ports) ?? [], [data])
  const readOn = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage()
  }, [hasNextPage, isFetching, fetchNextPage])
  return (
    <>
      <div className={styles.filter}>
        <SelectField
          label="State"
          value={shown ?? ''}
          onChange={(event) => onShow((event.target.value || undefined) as BulkPortState | undefined)}
        >
          <option value="">All, {portsWords(change.ports)}</option>
          {PORT_STATES.map((state) => (
            <option key={state} value={state}>
              {capitalized(PORT_STATE_WORDS[state].words)}, {portsWords(change.counts[state])}
            </option>
          ))}
        </SelectField>
      </div>
      {isPending && <SkeletonRows label="Reading the ports" count={5} />}
      {error !== null && (
        <ErrorPanel error={error} title="The ports could not be read" onRetry={() => void refetch()} />
      )}
      {data !== undefined && ports.length === 0 && <p className={styles.none}>No port is in this state.</p>}
      {ports.length > 0 && (
        <VirtualList label="Ports of this change" count={ports.length} onNearEnd={readOn}>
          {(n) => ports[n] && <PortLine project={project} port={ports[n]} />}
        </VirtualList>
      )}
    </>
  )
}

/** One port: its state, what was said of it, and the ways to it and to its record. */
export function PortLine({ project, port }: { project: string; port: BulkChangePort }): JSX.Element {
  const { port_id, name, state, error, operation_id, wave, ended_at } = port
  const { words, icon } = PORT_STATE_WORDS[state]
  return (
    <div className={styles.port} data-state={state}>
      <Icon name={icon} />
      <Link
        to="/projects/$projectId/ports/$portId"
        params={{ projectId: project, portId: port_id }}
        preload={false}
        className={styles.name}
        title={port_id}
      >
        {name || `port ${shortId(port_id)}`}
      </Link>
      <span className={styles.said}>
        {capitalized(words)}
        {wave !== null && `, wave ${wave}`}
        {ended_at !== null && state === 'done' && `, ${clockWords(ended_at)}`}
        {error !== null && `: ${error.error_msg}`}
      </span>
      {operation_id === null ? (
        <span />
      ) : (
        <Link
          to="/projects/$projectId/history/$recordId"
          params={{ projectId: project, recordId: operation_id }}
          preload={false}
          aria-label={`Record of ${name || port_id}`}
        >
          Record
        </Link>
      )}
    </div>
  )
}
