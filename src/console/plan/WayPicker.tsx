import { useId, type JSX } from 'react'
import type { ChangePlan, PlanWay } from '../../vpc/plan-change.ts'
import { counted } from '../facts/change-words.ts'
import styles from './WayPicker.module.css'

/** Picks one of the ways: replacing the list in one call, or changing it step by step. */
export function WayPicker(props: {
  /** The proposed way first. */
  ways: readonly ChangePlan[]
  chosen: PlanWay
  onWay: (way: PlanWay) => void
}): JSX.Element {
  const name = useId()
  return (
    <fieldset className={styles.ways}>
      <legend>How it is made</legend>
      {props.ways.map((plan) => (
        <label key={plan.way} className={styles.way}>
          <input
            type="radio"
            name={name}
            checked={plan.way === props.chosen}
            onChange={() => props.onWay(plan.way)}
          />
          <span>
            <b>
              {plan.way === 'one-call'
                ? 'In one call'
                : `Step by step, ${counted(plan.steps.length, 'call')}`}
            </b>{' '}
            {meaningOf(plan)}
          </span>
        </label>
      ))}
    </fieldset>
  )
}

/** Why there is no choice, where the platform lacks the other way; nothing where it lacks none. */
export function OnlyWay({ offered }: { offered: readonly PlanWay[] }): JSX.Element | null {
  if (offered.length !== 1) return null
  return (
    <p className={styles.only}>
      {offered[0] === 'one-call'
        ? 'The platform offers no insert and remove here, so the list is replaced in one call: no group is off the port at any time, there is no dry run, and what somebody else changes at the same moment is overwritten.'
        : 'The platform offers no call here that replaces a list, so it is changed by inserts and removes.'}
    </p>
  )
}

/** What a way is good for, and what it costs (docs/platform.md, Replace). */
function meaningOf({ way, moved }: ChangePlan): string {
  if (way === 'one-call')
    return 'The list is replaced at once: no group is off the port at any time, but there is no dry run, and what somebody else changes at that moment is overwritten.'
  return moved.length > 0
    ? 'Each call is checked by dry run, and somebody else’s change is noticed, but groups that move are off the port in between.'
    : 'Each call is checked by dry run, somebody else’s change is noticed, and no group that stays is taken off.'
}
