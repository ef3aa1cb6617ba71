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
const Picture = later(() => import('./Picture.tsx').then((module) => module.Picture))
const route = getRouteApi('/projects/$projectId/ports/$portId')

type RulesSectionProps = {
  project: string
  port: Port
  traffic: TrafficState
  facts: Pick<GroupFacts, 'groups'>
}

/**
 * All rules of a port in the order in which they decide, or a picture of who gets at what by them,
 * when asked for: the address keeps that.
 */
export function RulesSection({ project, port, traffic, facts }: RulesSectionProps): JSX.Element {
  const shown = route.useSearch({ select: ({ show }) => show })
  const navigate = route.useNavigate()
  const toggle = (show: 'rules' | 'picture') =>
    void navigate({
      search: (search) => ({ ...search, show: shown === show ? undefined : show }),
      replace: true,
      resetScroll: false,
    })
  const button = (show: 'rules' | 'picture', what: string, hide: string) => (
    <Button size="small" aria-expanded={shown === show} onClick={() => toggle(show)}>
      {shown === show ? hide : what}
    </Button>
  )
  const Shown = shown === 'picture' ? Picture : EffectiveRules
  return (
    <section className={styles.section} aria-labelledby="effective-rules">
      <div className={styles.head}>
        <h2 id="effective-rules">Effective rules</h2>
        {button('picture', 'Show who gets at what', 'Hide the picture')}
        {button('rules', 'Show all rules in order', 'Hide rules')}
      </div>
      {shown && (
        <Suspense fallback={<SkeletonRows label="Loading the rules" count={6} />}>
          <Shown project={project} portName={textOf(port.name) ?? port.id} traffic={traffic} facts={facts} />
        </Suspense>
      )}
    </section>
  )
}
