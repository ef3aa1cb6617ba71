import { useMemo, type ComponentProps, type JSX } from 'react'
import { useLaterValue } from '../hooks/later-value.ts'
import type { Planned } from '../plan/use-plan.ts'
import { TrafficChanges } from '../traffic/TrafficChanges.tsx'
import { READING } from '../traffic/use-traffic.ts'
import styles from './TrafficInPlace.module.css'

type TrafficInPlaceProps = ComponentProps<typeof TrafficChanges> & {
  /** What `traffic` is of: the plan alone, as an arrangement that is sent is another object. */
  plan: Planned['plan']
}

/**
 * What traffic changes, as high as before while the next result is on its way: nothing below it
 * moves away and back. A result comes in a frame after the one in which the plan has it, and never
 * with another plan; that of the list as it is comes at once.
 */
export function TrafficInPlace({ plan, traffic: now, facts }: TrafficInPlaceProps): JSX.Element {
  const later = useLaterValue(useMemo(() => ({ plan, now }), [plan, now]))
  const ofPlan = later.plan === plan ? later.now : READING
  const isAtOnce = now.state === 'reading' || 'problem' in plan || plan.steps.length === 0
  const traffic = isAtOnce ? now : ofPlan
  return (
    <div ref={keepHeight} className={styles.place} data-waiting={traffic.state === 'reading' || undefined}>
      <TrafficChanges traffic={traffic} facts={facts} />
    </div>
  )
}

function keepHeight(place: HTMLElement | null): (() => void) | undefined {
  if (place === null) return undefined
  const observer = new ResizeObserver(() => {
    if (!('waiting' in place.dataset)) place.style.setProperty('--kept', `${place.offsetHeight}px`)
  })
  observer.observe(place)
  return () => observer.disconnect()
}
