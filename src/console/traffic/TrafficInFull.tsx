import type { JSX } from 'react'
import type { TrafficDifference } from '../../vpc/traffic/difference.ts'
import { ruleText, type Names } from '../../vpc/traffic/explain.ts'
import type { Flow } from '../../vpc/traffic/flow.ts'
import { Icon } from '../ui/Icon.tsx'
import type { TrafficResult } from './compare-traffic.ts'
import { FlowGroups } from './FlowGroups.tsx'
import { shows, type FlowFilter } from './flow-filter.ts'
import { endsOf, type TwoLists } from './flow-groups.ts'
import { FLOW_MARKS } from './flow-marks.ts'
import styles from './TrafficChanges.module.css'
import { refKey } from './rule-key.ts'
import { OtherPorts } from './OtherPorts.tsx'
import { flowCountsText } from './traffic-words.ts'

type TrafficInFullProps = {
  result: Extract<TrafficResult, { kind: 'differences' }>
  /** The list now, then after each step. */
  lists: readonly (readonly string[])[]
  filter: FlowFilter
  names: Names
  /** Added to the names of its parts, where they are on the page a second time. */
  of?: string
}

/** All traffic that a plan changes, in the end, in between, and on other ports. */
export function TrafficInFull({ result, lists, filter, names, of = '' }: TrafficInFullProps): JSX.Element {
  const end = result.afterStep.at(-1)
  const ends = endsOf(lists)
  const between = result.inBetween.some((flows) => flows.length > 0)
  return (
    <>
      {end !== undefined && (
        <Difference difference={end} lists={ends} filter={filter} names={names} of={of} />
      )}
      {result.inBetween.length > 0 && (
        <section className={styles.part} aria-label={`While the plan is applied${of}`}>
          <h3>While the plan is applied</h3>
          {between ? (
            result.inBetween.map((flows, step) => (
              <Between
                key={step}
                step={step}
                flows={flows}
                shown={flows.filter((flow) => shows(flow, filter))}
                lists={{ ...ends, after: lists[step + 1] ?? ends.before }}
                names={names}
              />
            ))
          ) : (
            <p className={styles.note}>Nothing extra is allowed or denied while it is applied.</p>
          )}
        </section>
      )}
      {(result.others.length > 0 || result.notCompared.length > 0) && (
        <OtherPorts result={result} filter={filter} names={names} of={of} />
      )}
    </>
  )
}

/** What is different only between two steps: counts, and the rest on demand. */
function Between(props: {
  /** Counted from 0. */
  step: number
  flows: readonly Flow[]
  shown: readonly Flow[]
  lists: TwoLists
  names: Names
}): JSX.Element {
  const { step, flows, shown, lists, names } = props
  const title = `Between step ${step + 1} and step ${step + 2}`
  if (flows.length === 0) return <p className={styles.note}>{title}: nothing extra.</p>
  return (
    <details>
      <summary>
        {title}: {flowCountsText(flows)}
      </summary>
      {shown.length > 0 ? (
        <FlowGroups flows={shown} lists={lists} names={names} when="then" named />
      ) : (
        <p className={styles.note}>Nothing passes the filters.</p>
      )}
    </details>
  )
}

const CHANGES = ['newly_allowed', 'newly_denied', 'undecided'] as const

function Difference(props: {
  difference: TrafficDifference
  lists: TwoLists
  filter: FlowFilter
  names: Names
  of: string
}): JSX.Element {
  const { difference, lists, filter, names, of } = props
  const { flows, unchangedRules, rules } = difference
  const unreadable = difference.unreadable.filter(({ ref }) => ref.doubt === undefined)
  const inDoubt = difference.unreadable.filter(({ ref }) => ref.doubt !== undefined)
  return (
    <>
      {CHANGES.map((change) => {
        const { icon, words } = FLOW_MARKS[change]
        const all = flows.filter((flow) => flow.change === change)
        if (all.length === 0) return null
        const shown = all.filter((flow) => shows(flow, filter))
        return (
          <section key={change} className={styles.part} aria-label={words + of}>
            <h3 data-change={change}>
              <Icon name={icon} /> {words} <span className={styles.count}>{all.length}</span>
            </h3>
            {shown.length > 0 ? (
              <FlowGroups flows={shown} lists={lists} names={names} />
            ) : (
              <p className={styles.note}>Nothing passes the filters.</p>
            )}
          </section>
        )
      })}
      {unreadable.length > 0 && (
        <section className={styles.part} aria-label={`Rules that can’t be read${of}`}>
          <h3>
            Rules that can’t be read <span className={styles.count}>{unreadable.length}</span>
          </h3>
          <ul className={styles.lines}>
            {unreadable.map(({ ref, problem }) => (
              <li key={refKey(ref)}>
                {ruleText(ref, names)}: {problem}
              </li>
            ))}
          </ul>
        </section>
      )}
      {inDoubt.length > 0 && (
        <section className={styles.part} aria-label={`Rules that may not take effect${of}`}>
          <h3>
            Rules that may not take effect <span className={styles.count}>{inDoubt.length}</span>
          </h3>
          <ul className={styles.lines}>
            {inDoubt.slice(0, 50).map(({ ref, problem }) => (
              <li key={refKey(ref)}>
                {ruleText(ref, names)}: {problem}
              </li>
            ))}
          </ul>
          {inDoubt.length > 50 && <p className={styles.note}>And {inDoubt.length - 50} more.</p>}
        </section>
      )}
      <p className={styles.note}>
        {unchangedRules} of {rules} rules decide as before.
      </p>
    </>
  )
}
