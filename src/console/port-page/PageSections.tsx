import { useCallback, useMemo, type JSX } from 'react'
import { textOf } from '../../vpc/shown.ts'
import { knownName } from '../facts/group-facts.ts'
import { PortDetails, TrafficChanges } from './later-parts.ts'
import { usePortState } from './port-state.tsx'
import styles from './Workbench.module.css'

const LOADING = <p className={styles.waiting}>Loading…</p>

/** What traffic the plan changes. */
export function TrafficSection(): JSX.Element {
  const { traffic, shownFacts } = usePortState()
  return (
    <section className={styles.details} aria-labelledby="traffic">
      <h2 id="traffic">What traffic changes</h2>
      <TrafficChanges waiting={LOADING} traffic={traffic} facts={shownFacts} />
    </section>
  )
}

/** The port in full; what the last change did to it is marked. */
export function DetailsSection(): JSX.Element {
  const { port, response, watched, last, shownFacts } = usePortState()
  const { groups } = shownFacts
  const isFresh = last !== undefined && watched.seen.has(last.operation_id)
  const raw = useMemo(() => JSON.stringify(response, null, 2), [response])
  const nameOf = useCallback((id: string) => knownName(groups, id), [groups])
  return (
    <section className={styles.details} aria-labelledby="port-details">
      <h2 id="port-details">Port details</h2>
      <PortDetails
        waiting={LOADING}
        port={port}
        before={isFresh ? watched.before : undefined}
        requestId={textOf(response.request_id) ?? null}
        raw={raw}
        groupName={nameOf}
      />
    </section>
  )
}
