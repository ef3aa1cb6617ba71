import type { JSX, RefObject } from 'react'
import { isChanged } from '../arrangement/arrangement.ts'
import { changesOf, counted } from '../facts/change-words.ts'
import { Button } from '../ui/Button.tsx'
import { usePortState } from './port-state.tsx'
import styles from './Workbench.module.css'

/**
 * On narrow screens, where the plan is far below the list: how much is arranged, and a way there.
 */
export function ReviewBar(props: { planHeading: RefObject<HTMLElement | null> }): JSX.Element | null {
  const { planHeading } = props
  const { arranged, plan } = usePortState()
  const changes = plan.now.plan
  if ('problem' in changes || !isChanged(arranged.arrangement)) return null
  return (
    <div className={styles.bar}>
      <span>{counted(changesOf(changes), 'change')}</span>
      <Button
        variant="primary"
        onClick={() => {
          planHeading.current?.scrollIntoView({ block: 'start' })
          planHeading.current?.focus({ preventScroll: true })
        }}
      >
        Review
      </Button>
    </div>
  )
}
