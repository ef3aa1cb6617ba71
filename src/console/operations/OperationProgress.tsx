import { useEffect, useState, type JSX } from 'react'
import type { Operation } from '../../vpc/portside-api.ts'
import { groupNames, type GroupFacts } from '../facts/group-facts.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { Notice } from '../ui/Notice.tsx'
import styles from './Operation.module.css'
import { OperationSteps } from './OperationSteps.tsx'

type OperationProgressProps = {
  operation: Operation
  facts: Pick<GroupFacts, 'groups'>
  /** Why the progress can't be read at the moment. */
  trouble: unknown
}

/** An operation under way: queued, running, or waiting for the platform. */
export function OperationProgress({ operation, facts, trouble }: OperationProgressProps): JSX.Element {
  const { off_the_port } = operation
  return (
    <div className={styles.panel}>
      <output className={styles.headline}>
        <StatusWords operation={operation} />
      </output>
      {trouble != null && (
        <ErrorPanel
          error={trouble}
          title="The progress can’t be read at the moment; what you see was read earlier"
        />
      )}
      {off_the_port.length > 0 && (
        <Notice tone="warn" title="Off the port right now">
          {groupNames(facts, off_the_port)}
        </Notice>
      )}
      <OperationSteps operation={operation} facts={facts} />
      <p className={styles.note}>Started by {operation.user}. It goes on when this page is closed.</p>
    </div>
  )
}

function StatusWords({ operation }: { operation: Operation }): JSX.Element {
  const { status, steps, next_try_at } = operation
  const done = steps.filter((step) => step.status === 'done').length
  const now = `step ${Math.min(done + 1, steps.length)} of ${steps.length}`
  if (status === 'queued')
    return <>Queued: another change to this port is under way. This one starts automatically after it.</>
  if (status === 'waiting') {
    const error = steps.findLast((step) => step.attempts > 0)?.error ?? operation.error
    return (
      <>
        Waiting at {now}: the platform asked to wait{error ? ` (${error.error_code})` : ''}.{' '}
        {next_try_at ? <NextTry at={next_try_at} /> : 'It is tried again automatically.'}
      </>
    )
  }
  if (steps.every((step) => step.status === 'pending')) return <>Reading the port’s list before step 1.</>
  return <>Carrying out {now}.</>
}

/** Counts down; the seconds are hidden from screen readers, which would read out each of them. */
function NextTry({ at }: { at: string }): JSX.Element {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  const seconds = Math.ceil((Date.parse(at) - now) / 1000)
  return (
    <>
      It is tried again automatically
      <span aria-hidden="true">{seconds > 0 ? ` in ${seconds} s` : ' now'}</span>.
    </>
  )
}
