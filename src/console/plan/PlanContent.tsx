import type { JSX } from 'react'
import type { ChangePlan } from '../../vpc/plan-change.ts'
import { portSecurityOf } from '../../vpc/port-facts.ts'
import type { GroupFacts } from '../facts/group-facts.ts'
import { endsOf, flowGroups } from '../traffic/flow-groups.ts'
import { FlowDigest } from '../traffic/FlowGroups.tsx'
import { namesOf } from '../traffic/traffic-words.ts'
import { TrafficSummary } from '../traffic/TrafficSummary.tsx'
import { portsOf, type TrafficState } from '../traffic/use-traffic.ts'
import { Notice } from '../ui/Notice.tsx'
import { Exposure } from './Exposure.tsx'
import { NoGroupLeft } from './NoGroupLeft.tsx'
import { NotStarted } from './NotStarted.tsx'
import type { PlanPanelProps } from './PlanPanel.tsx'
import { PlanStep } from './PlanStep.tsx'
import { OnlyWay, WayPicker } from './WayPicker.tsx'

type PlanContentProps = Omit<
  PlanPanelProps,
  'plan' | 'underWay' | 'lockReason' | 'onDryRun' | 'headingRef'
> & {
  /** Has a step at least. */
  changes: ChangePlan
}

/** What must be read before the plan: what became of the one before it, or of applying it. */
export function PlanNotices({ side, applying }: Pick<PlanPanelProps, 'side' | 'applying'>): JSX.Element {
  return (
    <>
      {side}
      {applying.overtaken && (
        <Notice tone="warn" role="alert" title="The arrangement changed while you were asked">
          Another tab of this browser changed it, so Portside asks again: look at the plan, then apply it.
        </Notice>
      )}
      {applying.error != null && !applying.asking && <NotStarted error={applying.error} />}
    </>
  )
}

/** What the plan changes for traffic, in a few sentences. */
export function PlanTraffic(
  props: Pick<PlanContentProps, 'traffic' | 'facts' | 'port' | 'changes'>,
): JSX.Element {
  const { traffic, facts, port, changes } = props
  return (
    <>
      <NoGroupLeft plan={changes} port={port} />
      <TrafficSummary traffic={traffic} names={namesOf(facts, traffic)} />
    </>
  )
}

/** The most important traffic that the plan changes; nothing where the summary has it all. */
function MostOfTraffic(props: { traffic: TrafficState; facts: GroupFacts }): JSX.Element | null {
  const { traffic, facts } = props
  if (traffic.state !== 'compared' || traffic.result.kind !== 'differences') return null
  const flows = traffic.result.afterStep.at(-1)?.flows ?? []
  if (flowGroups(flows).length < 2) return null
  const names = namesOf(facts, traffic)
  return (
    <FlowDigest flows={flows} lists={endsOf(traffic.question.lists)} names={names} most={MOST_IN_SIGHT} />
  )
}

const MOST_IN_SIGHT = 6

/** Below the summary: the traffic in sight, how the change is made, and what that leaves open. */
export function PlanChoices(props: PlanContentProps): JSX.Element {
  const { facts, changes, traffic, ways } = props
  return (
    <>
      <MostOfTraffic traffic={traffic} facts={facts} />
      {ways.length > 1 ? (
        <WayPicker ways={ways} chosen={props.way ?? changes.way} onWay={props.onWay} />
      ) : (
        <OnlyWay offered={props.offered} />
      )}
      <Exposure plan={changes} facts={facts} />
    </>
  )
}

/** Each request of a plan that changes something. */
export function PlanContent(props: PlanContentProps): JSX.Element {
  const { project, port, facts, changes, checking, traffic } = props
  const { steps } = changes
  return (
    <ol>
      {steps.map((planned, n) => (
        <PlanStep
          key={n}
          project={project}
          port={port.id}
          limit={props.limit}
          calls={props.calls}
          planned={planned}
          number={n + 1}
          of={steps.length}
          dryRun={props.dryRun}
          check={checking.checks?.[n]}
          facts={facts}
          portsOf={portsOf(traffic)}
          secured={portSecurityOf(port) !== false}
          marked={new Set([...changes.added, ...changes.moved])}
        />
      ))}
    </ol>
  )
}
