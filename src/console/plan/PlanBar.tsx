import { useEffect, useState, type JSX, type RefObject } from 'react'
import type { ChangePlan } from '../../vpc/plan-change.ts'
import { changesOf, counted } from '../facts/change-words.ts'
import { worstOf } from '../traffic/traffic-words.ts'
import type { TrafficState } from '../traffic/use-traffic.ts'
import { Button } from '../ui/Button.tsx'
import styles from './PlanBar.module.css'
import type { Applying } from './use-applying.ts'
import type { Checking } from './use-checking.ts'

type PlanBarProps = {
  changes: ChangePlan
  /** Of the panel that shows the plan. */
  heading: RefObject<HTMLElement | null>
  /** What a plan that was looked at needs next. */
  next: 'review' | 'dry-run' | 'apply'
  checking: Checking
  applying: Applying
  /** Why neither can be done now. */
  blocked: string | undefined
  traffic: TrafficState
}

/**
 * Where the plan is below the list, while it is out of sight: the worst of what it opens, or how
 * much is arranged, and the way to it. Once this very plan was in sight, what comes next can be
 * done from wherever the operator is.
 */
export function PlanBar(props: PlanBarProps): JSX.Element | null {
  const { changes, heading, next, checking, applying, blocked, traffic } = props
  const inSight = useInSight(heading)
  const [seen, setSeen] = useState<ChangePlan>()
  if (inSight && seen !== changes) setSeen(changes)
  if (inSight) return null
  const step = seen === changes ? next : 'review'
  return (
    <div className={styles.bar}>
      <span>{worstOf(traffic) ?? counted(changesOf(changes), 'change')}</span>
      {step === 'review' && (
        <Button
          variant="primary"
          onClick={() => {
            heading.current?.scrollIntoView({ block: 'start' })
            heading.current?.focus({ preventScroll: true })
          }}
        >
          Review
        </Button>
      )}
      {step === 'dry-run' && (
        <Button
          variant="primary"
          icon="check"
          busy={checking.busy}
          disabledReason={blocked}
          onClick={checking.start}
        >
          Dry run
        </Button>
      )}
      {step === 'apply' && (
        <Button variant="primary" busy={applying.busy} disabledReason={blocked} onClick={applying.ask}>
          Apply…
        </Button>
      )}
    </div>
  )
}

/** Whether any of the panel around the heading is on the screen: its buttons are then, too. */
function useInSight(heading: RefObject<HTMLElement | null>): boolean {
  const [inSight, setInSight] = useState(false)
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => setInSight(entry?.isIntersecting === true))
    observer.observe(heading.current!.closest('section')!)
    return () => observer.disconnect()
  }, [heading])
  return inSight
}
