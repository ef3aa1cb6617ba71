import { getRouteApi } from '@tanstack/react-router'
import { later } from '../errors/later.tsx'
import { Suspense, type JSX } from 'react'
import type { Port } from '../../vpc/port.ts'
import { textOf } from '../../vpc/shown.ts'
import type { GroupFacts } from '../facts/group-facts.ts'
import type { TrafficState } from '../traffic/use-traffic.ts'
import { Button } from '../ui/Button.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import styles from './RulesSection.module.css'

const EffectiveRules = later(() => import('./EffectiveRules.tsx').then((module) => module.EffectiveRules))
const route = getRouteApi('/projects/$projectId/ports/$portId')

type RulesSectionProps = {
  project: string
  port: Port
  traffic: TrafficState
  facts: Pick<GroupFacts, 'groups'>
}

/**
 * All rules of a port in the order in which they decide, when asked for: the address keeps that.
 */
export function RulesSection({ project, port, traffic, facts }: RulesSectionProps): JSX.Element {
  const isShown = route.useSearch({ select: ({ show }) => show === 'rules' })
  const navigate = route.useNavigate()
  const toggle = () =>
    void navigate({
      search: (search) => ({ ...search, show: isShown ? undefined : 'rules' }),
      replace: true,
      resetScroll: false,
    })
  return (
    <section className={styles.section} aria-labelledby="effective-rules">
      <div className={styles.head}>
        <h2 id="effective-rules">Effective rules</h2>
        <Button size="small" aria-expanded={isShown} onClick={toggle}>
          {isShown ? 'Hide rules' : 'Show all rules in order'}
        </Button>
      </div>
      {isShown && (
        <Suspense fallback={<SkeletonRows label="Loading the rules" count={6} />}>
          <EffectiveRules
            project={project}
            portName={textOf(port.name) ?? port.id}
            traffic={traffic}
            facts={facts}
          />
        </Suspense>
      )}
    </section>
  )
}
