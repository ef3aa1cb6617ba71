import type { JSX } from 'react'
import type { ChangePlan } from '../../vpc/plan-change.ts'
import type { GroupFacts } from '../facts/group-facts.ts'
import { endsOf, flowGroups } from '../traffic/flow-groups.ts'
import { FlowDigest } from '../traffic/FlowGroups.tsx'
import { namesOf } from '../traffic/traffic-words.ts'
import { TrafficSummary } from '../traffic/TrafficSummary.tsx'
import { portsOf, type TrafficState } from '../traffic/use-traffic.ts'
import { Notice } from '../ui/Notice.tsx'
import { Exposure } from './Exposure.tsx'
import { NotStarted } from './NotStarted.tsx'
import type { PlanPanelProps } from './PlanPanel.tsx'
import styles from './PlanPanel.module.css'
import { PlanStep } from './PlanStep.tsx'
import { OnlyWay, WayPicker } from './WayPicker.tsx'

type PlanContentProps = Omit<
  PlanPanelProps,
  'plan' | 'underWay' | 'lockReason' | 'onDryRun' | 'headingRef'
> & {
  /** Has a step at least. */
  changes: ChangePlan
}

/** What the plan changes for traffic, most of it in sight. */
function PlanTraffic(props: { traffic: TrafficState; facts: GroupFacts }): JSX.Element {
  const { traffic, facts } = props
  const names = namesOf(facts, traffic)
  const summary = <TrafficSummary traffic={traffic} names={names} />
  if (traffic.state !== 'compared' || traffic.result.kind !== 'differences') return summary
  const flows = traffic.result.afterStep.at(-1)?.flows ?? []
  // The summary has the only one.
  if (flowGroups(flows).length < 2) return summary
  return (
    <>
      {summary}
      <FlowDigest flows={flows} lists={endsOf(traffic.question.lists)} names={names} most={MOST_IN_SIGHT} />
    </>
  )
}

const MOST_IN_SIGHT = 6

/** A plan that changes something: what it does to traffic first, then each request. */
export function PlanContent(props: PlanContentProps): JSX.Element {
  const { project, port, facts, changes, applying, checking, traffic } = props
  const { steps } = changes
  return (
    <>
      <div className={styles.notices}>
        {props.side}
        {applying.overtaken && (
          <Notice tone="warn" role="alert" title="The arrangement changed while you were asked">
            Another tab of this browser changed it, so Portside asks again: look at the plan, then apply it.
          </Notice>
        )}
        {applying.error != null && !applying.asking && <NotStarted error={applying.error} />}
        <PlanTraffic traffic={traffic} facts={facts} />
        {props.ways.length > 1 ? (
          <WayPicker ways={props.ways} chosen={props.way ?? changes.way} onWay={props.onWay} />
        ) : (
          <OnlyWay offered={props.offered} />
        )}
        <Exposure plan={changes} facts={facts} />
      </div>
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
            marked={new Set([...changes.added, ...changes.moved])}
          />
        ))}
      </ol>
    </>
  )
}
