import { useQuery } from '@tanstack/react-query'
import type { JSX } from 'react'
import type { BulkEntry } from '../../vpc/bulk-changes-api.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { bulkEntriesQuery } from '../proxy-client/bulk-changes.ts'
import type { IconName } from '../ui/Icon.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import { Timeline, TimelineEntry, TimelineError, TimelineNote } from '../ui/Timeline.tsx'
import { clockWords, countsWords, portsWords } from '../waves/bulk-words.ts'
import styles from './ChangePage.module.css'

type Words = { icon: IconName; tone?: 'ok' | 'warn' | 'danger'; words: (entry: BulkEntry) => string }

const by = ({ user }: BulkEntry) => (user === null ? '' : ` by ${user}`)

const WORDS: Record<BulkEntry['kind'], Words> = {
  began: { icon: 'arrow-right', words: (entry) => `Begun${by(entry)}` },
  wave: {
    icon: 'arrow-right',
    words: ({ wave }) =>
      wave === null ? 'A wave began' : `Wave ${wave.number} began: ${portsWords(wave.ports)}`,
  },
  paused: { icon: 'clock', tone: 'warn', words: (entry) => `Paused${by(entry)}` },
  went_on: { icon: 'arrow-right', words: (entry) => `Went on${by(entry)}` },
  ended: { icon: 'close', tone: 'warn', words: (entry) => `Ended early${by(entry)}` },
  stopped: { icon: 'warning', tone: 'danger', words: () => 'Stopped' },
  taken_over: { icon: 'refresh', words: () => 'Taken over by another proxy' },
  confirmed: {
    icon: 'warning',
    tone: 'warn',
    words: ({ user }) => `${user ?? 'The operator'} confirmed the broken guards by the number of ports`,
  },
  undone: { icon: 'undo', words: (entry) => `Its undoing was begun${by(entry)}` },
  end: { icon: 'check', tone: 'ok', words: () => 'Came to its end' },
}

/** What happened to a bulk change as a whole, the latest first. */
export function ChangeTimeline({ id }: { id: string }): JSX.Element {
  const { data, error, refetch } = useQuery(bulkEntriesQuery(id))
  if (data === undefined)
    return error === null ? (
      <SkeletonRows label="Reading what happened" count={3} />
    ) : (
      <ErrorPanel error={error} title="What happened could not be read" onRetry={() => void refetch()} />
    )
  return (
    <div className={styles.timeline}>
      <Timeline>
        {data.toReversed().map((entry, n) => {
          const { icon, tone, words } = WORDS[entry.kind]
          const counts = entry.counts === null || entry.kind === 'began' ? '' : countsWords(entry.counts)
          return (
            <TimelineEntry key={data.length - n} icon={icon} tone={tone}>
              <div className={styles.entry}>
                <span>{words(entry)}</span>
                <time className={styles.muted} dateTime={entry.at} title={entry.at}>
                  {clockWords(entry.at)}
                </time>
              </div>
              {counts !== '' && <TimelineNote>{counts}</TimelineNote>}
              {entry.error !== null && <TimelineError error={entry.error} />}
            </TimelineEntry>
          )
        })}
      </Timeline>
    </div>
  )
}
