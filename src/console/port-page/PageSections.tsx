import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useMemo, type JSX } from 'react'
import { textOf } from '../../vpc/shown.ts'
import { knownName } from '../facts/group-facts.ts'
import { Button } from '../ui/Button.tsx'
import { PortDetails, TrafficChanges } from './later-parts.ts'
import { usePortState } from './port-state.tsx'
import styles from './Workbench.module.css'

const EffectiveRules = lazy(() =>
  import('../rules/EffectiveRules.tsx').then((module) => ({ default: module.EffectiveRules })),
)
const route = getRouteApi('/projects/$projectId/ports/$portId')

const LOADING = <p className={styles.waiting}>Loading…</p>

/** What is below the list, the catalogue and the plan. */
export function PageSections(): JSX.Element {
  return (
    <>
      <TrafficSection />
      <RulesSection />
      <DetailsSection />
    </>
  )
}

/** What traffic the plan changes. */
function TrafficSection(): JSX.Element {
  const { traffic, shownFacts } = usePortState()
  return (
    <section className={styles.details} aria-labelledby="traffic">
      <h2 id="traffic">What traffic changes</h2>
      <TrafficChanges waiting={LOADING} traffic={traffic} facts={shownFacts} />
    </section>
  )
}

/** All rules in the order in which they decide, when asked for: the address keeps that. */
function RulesSection(): JSX.Element {
  const { project, port, traffic, shownFacts } = usePortState()
  const isShown = route.useSearch({ select: ({ show }) => show === 'rules' })
  const navigate = route.useNavigate()
  const toggle = () =>
    void navigate({
      search: (search) => ({ ...search, show: isShown ? undefined : 'rules' }),
      replace: true,
      resetScroll: false,
    })
  return (
    <section className={styles.details} aria-labelledby="effective-rules">
      <div className={styles.sectionHead}>
        <h2 id="effective-rules">Effective rules</h2>
        <Button size="small" aria-expanded={isShown} onClick={toggle}>
          {isShown ? 'Hide rules' : 'Show all rules in order'}
        </Button>
      </div>
      {isShown && (
        <Suspense fallback={LOADING}>
          <EffectiveRules
            project={project}
            portName={textOf(port.name) ?? port.id}
            traffic={traffic}
            facts={shownFacts}
          />
        </Suspense>
      )}
    </section>
  )
}

/** The port in full; what the last change did to it is marked. */
function DetailsSection(): JSX.Element {
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
