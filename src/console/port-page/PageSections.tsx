import { useCallback, type JSX } from 'react'
import { isChanged } from '../arrangement/arrangement.ts'
import { knownName } from '../facts/group-facts.ts'
import { PortDetails, TrafficInPlace } from './later-parts.ts'
import { usePortState } from './port-state.tsx'
import { RulesArea } from './RulesArea.tsx'
import styles from './Workbench.module.css'

const LOADING = <p className={styles.waiting}>Loading…</p>

/** What is below the list: once a change was applied, first of all the port that it returned. */
export function PageSections(): JSX.Element {
  const { arranged, watched, last } = usePortState()
  const isFirst =
    last !== undefined && watched.seen.has(last.operation_id) && !isChanged(arranged.arrangement)
  const details = <DetailsSection key="details" />
  // In one list, so that a section that moves keeps what is open in it.
  return (
    <>
      {[isFirst && details, <TrafficSection key="traffic" />, <RulesArea key="rules" />, isFirst || details]}
    </>
  )
}

/** What traffic the plan changes. */
function TrafficSection(): JSX.Element {
  const { traffic, plan, shownFacts } = usePortState()
  return (
    <section className={styles.details} aria-labelledby="traffic">
      <h2 id="traffic">What traffic changes</h2>
      <TrafficInPlace waiting={LOADING} plan={plan.shown.plan} traffic={traffic} facts={shownFacts} />
    </section>
  )
}

/** The port in full; what the last change did to it is marked. */
function DetailsSection(): JSX.Element {
  const { port, response, watched, last, shownFacts } = usePortState()
  const { groups } = shownFacts
  const isFresh = last !== undefined && watched.seen.has(last.operation_id)
  const nameOf = useCallback((id: string) => knownName(groups, id), [groups])
  return (
    <section className={styles.details} aria-labelledby="port-details">
      <h2 id="port-details">Port details</h2>
      <PortDetails
        waiting={LOADING}
        port={port}
        before={isFresh ? watched.before : undefined}
        response={response}
        groupName={nameOf}
      />
    </section>
  )
}
