import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState, type JSX } from 'react'
import { groupsNamed, intentWords } from '../../vpc/bulk/intent-words.ts'
import type { OrderEntry } from '../../vpc/standing-orders-api.ts'
import { orderPortsWords } from '../../vpc/standing-orders.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { ExportLinks } from '../errors/ExportLinks.tsx'
import { groupName } from '../facts/group-names.ts'
import { useGroupNames } from '../facts/use-group-names.ts'
import { exportEntriesAddress, orderEntriesQuery } from '../proxy-client/standing-orders.ts'
import { Button } from '../ui/Button.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import { Time } from '../ui/Time.tsx'
import { everyWords } from './order-words.ts'
import styles from './OrdersPage.module.css'

const KIND_WORDS: Record<OrderEntry['kind'], string> = {
  made: 'made',
  changed: 'changed',
  deleted: 'deleted',
}

type Content = NonNullable<OrderEntry['before']>

/**
 * What users did with the standing orders of a project: read when it is opened.
 * @param sought somebody comes for it
 */
export function OrderEntries({ project, sought }: { project: string; sought: boolean }): JSX.Element {
  const [opened, setOpened] = useState(sought)
  const box = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    if (sought) box.current?.scrollIntoView()
  }, [sought])
  return (
    <details
      ref={box}
      open={opened}
      className={styles.entries}
      onToggle={(event) => setOpened(event.currentTarget.open)}
    >
      <summary>Who made, changed and deleted standing orders</summary>
      {opened && <Entries project={project} />}
    </details>
  )
}

function Entries({ project }: { project: string }): JSX.Element {
  const list = useInfiniteQuery(orderEntriesQuery(project))
  const entries = list.data?.pages.flatMap((page) => page.entries) ?? []
  const contents = entries.flatMap(({ before, after }) => [before, after].filter((one) => one !== null))
  const names = useGroupNames(
    project,
    contents.flatMap(({ intent, ports }) => [...groupsNamed(intent), ...(ports.group ? [ports.group] : [])]),
  )
  const nameOf = (id: string) => groupName({ groups: names }, id)
  const words = ({ name, intent, ports, check_every_minutes }: Content) =>
    `‘${name}’: ${intentWords(intent, nameOf)} For ${orderPortsWords(ports, nameOf)}; checked ${everyWords(check_every_minutes)}.`
  if (list.isPending) return <SkeletonRows label="Reading the record" count={3} />
  return (
    <>
      {list.error !== null && (
        <ErrorPanel
          error={list.error}
          title="The record could not be read"
          onRetry={() => void list.refetch()}
        />
      )}
      {entries.length === 0 && list.error === null && <p>Nobody has made one yet.</p>}
      <ol className={styles.record}>
        {entries.map(({ order_id, at, kind, user, role, before, after }) => (
          <li key={`${order_id} ${at}`}>
            <b>
              <Time value={at} /> UTC: {user}
              {role !== null && ` (${role})`} {KIND_WORDS[kind]}
            </b>
            {before !== null && <span>{after === null ? words(before) : `Before: ${words(before)}`}</span>}
            {after !== null && <span>{before === null ? words(after) : `After: ${words(after)}`}</span>}
          </li>
        ))}
      </ol>
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Load more
        </Button>
      )}
      <p className={styles.actions}>
        <ExportLinks
          addressOf={(format) => exportEntriesAddress(project, format)}
          isEmpty={list.isSuccess && entries.length === 0}
        />
      </p>
    </>
  )
}
