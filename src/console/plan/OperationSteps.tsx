import type { JSX } from 'react'
import { SETTLED, type Operation, type OperationStep } from '../../vpc/portside-api.ts'
import { groupNames, type GroupFacts } from '../groups/group-facts.ts'
import { Icon, type IconName } from '../ui/Icon.tsx'
import { Id } from '../ui/Id.tsx'
import styles from './Operation.module.css'
import { stepWords } from './words.ts'

type OperationStepsProps = { operation: Operation; facts: Pick<GroupFacts, 'groups'> }

const STATUS: Record<OperationStep['status'], { words: string; icon: IconName }> = {
  pending: { words: 'Not yet', icon: 'clock' },
  sending: { words: 'Being sent', icon: 'arrow-right' },
  done: { words: 'Done', icon: 'check' },
  failed: { words: 'Failed', icon: 'warning' },
  unknown: { words: 'Unknown: no answer told whether it was carried out', icon: 'warning' },
  not_sent: { words: 'Not sent', icon: 'minus' },
}
/** A step that was out when the proxy died, before the port has been read back. */
const NOT_KNOWN_YET = {
  words: 'Unknown yet: the proxy ended while it was being sent',
  icon: 'warning',
} as const

/** The steps of an operation, each with what became of it. */
export function OperationSteps({ operation, facts }: OperationStepsProps): JSX.Element {
  return (
    <ol className={styles.steps}>
      {operation.steps.map((one, n) => {
        const { step, status, error, request_id, attempts, off_the_port } = one
        const shown = status === 'sending' && SETTLED.has(operation.status) ? NOT_KNOWN_YET : STATUS[status]
        const before = operation.steps[n - 1]?.expected ?? operation.planned_from
        return (
          <li key={n} className={styles.step} data-status={status}>
            <span className={styles.icon}>
              <Icon name={shown.icon} />
            </span>
            <div className={styles.words}>
              <div>
                <span className={styles.number}>{n + 1}</span> {stepWords(step, before.length, facts)}
              </div>
              <div className={styles.note}>
                {status === 'pending' && attempts > 0 ? 'To be tried again' : shown.words}
                {one.found_by_reading && ': the answer was lost, the port read back has the expected list'}
                {attempts > 1 && status !== 'pending' && ` after ${attempts} tries`}
                {status === 'done' && off_the_port.length > 0 && (
                  <> · off the port after it: {groupNames(facts, off_the_port)}</>
                )}
              </div>
              {error && status !== 'done' && (
                <div className={styles.note}>
                  {error.error_msg} <code>{error.error_code}</code>
                </div>
              )}
              {request_id && (
                <div className={styles.requestId}>
                  Request ID <Id value={request_id} label={`request ID of step ${n + 1}`} />
                </div>
              )}
            </div>
          </li>
        )
      })}
    </ol>
  )
}
