import type { JSX, ReactNode } from 'react'
import type { Tone } from './Badge.tsx'
import { Icon, type IconName } from './Icon.tsx'
import { Id } from './Id.tsx'
import styles from './Timeline.module.css'

/** What was done or is to be done, in its order; entries are `TimelineEntry`. */
export function Timeline({ children }: { children: ReactNode }): JSX.Element {
  return <ol className={styles.timeline}>{children}</ol>
}

type TimelineEntryProps = { icon: IconName; tone?: Tone | undefined; children: ReactNode }

/** One entry: the icon, coloured by its tone, and what there is to say. */
export function TimelineEntry({ icon, tone, children }: TimelineEntryProps): JSX.Element {
  return (
    <li className={styles.entry} data-tone={tone}>
      <span className={styles.icon}>
        <Icon name={icon} />
      </span>
      <div className={styles.words}>{children}</div>
    </li>
  )
}

/** Small print in an entry. */
export function TimelineNote({ children }: { children: ReactNode }): JSX.Element {
  return <p className={styles.note}>{children}</p>
}

/** What went wrong, and its code. */
export function TimelineError(props: { error: { error_code: string; error_msg: string } }): JSX.Element {
  const { error } = props
  return (
    <TimelineNote>
      {error.error_msg} <code>{error.error_code}</code>
    </TimelineNote>
  )
}

/** The request ID that the platform gave; `of` names what it is of: 'step 1'. */
export function TimelineRequestId({ value, of }: { value: string; of: string }): JSX.Element {
  return (
    <div className={styles.requestId}>
      Request ID <Id value={value} label={`request ID of ${of}`} />
    </div>
  )
}
