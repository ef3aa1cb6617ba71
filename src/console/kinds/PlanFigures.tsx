import type { JSX } from 'react'
import { counted } from '../facts/change-words.ts'
import type { BulkPlan } from '../bulk-plan/bulk-plan.ts'
import { Icon } from '../ui/Icon.tsx'
import { figuresOf, leftOutWords } from './kind-words.ts'
import styles from './Kinds.module.css'

const number = (count: number) => count.toLocaleString('en')

/** What a plan comes to, in four figures. */
export function PlanFigures({ plan }: { plan: BulkPlan }): JSX.Element {
  const { changing, opening, toAnywhere, cutting, undecided, leftOut } = figuresOf(plan)
  return (
    <dl className={styles.figures}>
      <div>
        <dt>
          {changing === 1 ? 'port changes' : 'ports change'}, {counted(plan.kinds.length, 'kind')}
        </dt>
        <dd>{number(changing)}</dd>
      </div>
      <div data-bad={toAnywhere > 0 || undefined}>
        <dt>
          {toAnywhere > 0 && <Icon name="warning" />} {opening === 1 ? 'opens' : 'open'} something new
          {toAnywhere > 0 && `, ${number(toAnywhere)} of them to anywhere`}
          {undecided > 0 && `; of ${number(undecided)} not all is known`}
        </dt>
        <dd>{number(opening)}</dd>
      </div>
      <div data-bad={cutting > 0 || undefined}>
        <dt>
          {cutting > 0 && <Icon name="warning" />} {cutting === 1 ? 'cuts' : 'cut'} traffic
        </dt>
        <dd>{number(cutting)}</dd>
      </div>
      <div>
        <dt>left out: {leftOutWords(plan.found)}</dt>
        <dd>{number(leftOut)}</dd>
      </div>
    </dl>
  )
}
