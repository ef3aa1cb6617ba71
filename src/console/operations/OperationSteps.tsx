import type { JSX } from 'react'
import { SETTLED, type Operation, type OperationStep } from '../../vpc/portside-api.ts'
import { groupNames, type GroupFacts } from '../facts/group-facts.ts'
import type { Tone } from '../ui/Badge.tsx'
import type { IconName } from '../ui/Icon.tsx'
import { Timeline, TimelineEntry, TimelineError, TimelineNote, TimelineRequestId } from '../ui/Timeline.tsx'
import styles from './Operation.module.css'
import { stepWords } from '../facts/change-words.ts'

type OperationStepsProps = {
  operation: Operation
  facts: Pick<GroupFacts, 'groups'>
  /** An error that is on the screen in full already. */
  shown?: Operation['error']
}

const STATUS: Record<OperationStep['status'], { words: string; icon: IconName; tone?: Tone }> = {
  pending: { words: 'Not yet', icon: 'clock' },
  sending: { words: 'Being sent', icon: 'arrow-right', tone: 'accent' },
  done: { words: 'Done', icon: 'check', tone: 'ok' },
  failed: { words: 'Failed', icon: 'warning', tone: 'danger' },
  unknown: { words: 'Unknown: the response was lost', icon: 'warning', tone: 'warn' },
  not_sent: { words: 'Not sent', icon: 'minus' },
}
/** The proxy ended while this step was being sent, and has not read the port back yet. */
const NOT_KNOWN_YET = {
  words: 'Unknown yet: Portside stopped while it was sent',
  icon: 'warning',
  tone: 'warn',
} as const

/** The steps of an operation, each with what became of it. */
export function OperationSteps({ operation, facts, shown: known }: OperationStepsProps): JSX.Element {
  return (
    <Timeline>
      {operation.steps.map((one, n) => {
        const { step, status, error, request_id, attempts, off_the_port } = one
        const shown = status === 'sending' && SETTLED.has(operation.status) ? NOT_KNOWN_YET : STATUS[status]
        const before = operation.steps[n - 1]?.expected ?? operation.planned_from
        return (
          <TimelineEntry key={n} icon={shown.icon} tone={shown.tone}>
            <div>
              <span className={styles.number}>{n + 1}</span> {stepWords(step, before.length, facts)}
            </div>
            <TimelineNote>
              {status === 'pending' && attempts > 0 ? 'To be tried again' : shown.words}
              {one.found_by_reading &&
                ': the response was lost, but the port has the list that this step makes'}
              {attempts > 1 && status !== 'pending' && ` after ${attempts} tries`}
              {status === 'done' && off_the_port.length > 0 && (
                <> · off the port after it: {groupNames(facts, off_the_port)}</>
              )}
            </TimelineNote>
            {error && status !== 'done' && !isSame(error, known) && <TimelineError error={error} />}
            {request_id && request_id !== known?.request_id && (
              <TimelineRequestId value={request_id} of={`step ${n + 1}`} />
            )}
          </TimelineEntry>
        )
      })}
    </Timeline>
  )
}

function isSame(error: NonNullable<OperationStep['error']>, known: Operation['error']): boolean {
  return known?.error_code === error.error_code && known.error_msg === error.error_msg
}
