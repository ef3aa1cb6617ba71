import { Link } from '@tanstack/react-router'
import { memo, useState, type JSX, type ReactNode } from 'react'
import { skippedWords } from '../../vpc/bulk/apply-intent.ts'
import { explain } from '../../vpc/traffic/explain.ts'
import { guardText } from '../../vpc/traffic/guards.ts'
import type { PlannedPort } from '../../vpc/bulk/kinds.ts'
import { portsAt, type BulkPlan, type Places, type PlannedKind } from '../bulk-plan/bulk-plan.ts'
import { useKindInFull } from '../bulk-plan/use-kind-in-full.ts'
import type { BulkPlanState } from '../bulk-plan/use-bulk-plan.ts'
import { counted } from '../facts/change-words.ts'
import { groupName } from '../facts/group-names.ts'
import { useDrawnInParts } from '../hooks/drawn-in-parts.ts'
import { FlowDigest, FlowGroups } from '../traffic/FlowGroups.tsx'
import {
  flowCountsText,
  namesOf,
  openedText,
  portNames,
  trafficCountsText,
} from '../traffic/traffic-words.ts'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { shortId } from '../ui/short-id.ts'
import { Notice } from '../ui/Notice.tsx'
import { OnDemand } from '../ui/OnDemand.tsx'
import { Panel } from '../ui/Panel.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import { VirtualList } from '../ui/VirtualList.tsx'
import { portsWords } from '../waves/bulk-words.ts'
import { KindRow } from './KindRow.tsx'
import styles from './Kinds.module.css'
import { ListChips } from './ListChips.tsx'

type Planned = Extract<BulkPlanState, { state: 'planned' }>
type KindsProps = { project: string; planned: Planned }

/** So many kinds are drawn at first, and with each press of the button below them. */
const AT_ONCE = 20
/** So many take a few milliseconds: what their traffic is in words, above all. */
const IN_A_TASK = 4
/** So many flows are shown of a kind at first. */
const MOST_FLOWS = 2

/** The kinds of a plan, the worst first, then other ports, and the ports that are left out. */
export function Kinds({ project, planned }: KindsProps): JSX.Element {
  const { plan } = planned
  const [most, setMost] = useState(AT_ONCE)
  const { kinds, others, notCompared } = plan
  const drawn = useDrawnInParts(Math.min(most, kinds.length), IN_A_TASK)
  return (
    <Panel title="Kinds of change" note="ports with the same list, result and traffic; the worst first">
      {kinds.length === 0 && <p className={styles.skip}>No port changes.</p>}
      <ul className={styles.kinds}>
        {kinds.slice(0, drawn).map((kind, place) => (
          <PlannedRow key={place} project={project} planned={planned} kind={kind} place={place} />
        ))}
      </ul>
      {kinds.length > most && (
        <p className={styles.skip}>
          <Button onClick={() => setMost(most + AT_ONCE)}>
            Show {Math.min(AT_ONCE, kinds.length - most)} more of {kinds.length - most}
          </Button>
        </p>
      )}
      {others.length > 0 && <OthersOf plan={plan} />}
      {notCompared.length > 0 && <p className={styles.skip}>Not compared: {notCompared.join('; ')}.</p>}
      <LeftOut project={project} plan={plan} />
    </Panel>
  )
}

type PlannedRowProps = KindsProps & { kind: PlannedKind; place: number }

/** Kept as it is drawn while more kinds are shown below it. */
const PlannedRow = memo(function PlannedRow(props: PlannedRowProps): JSX.Element {
  const { project, planned, kind, place } = props
  const { list, desired, portSecurity, plan, traffic, broken, ports } = kind
  const { groups, guards } = planned.plan
  const names = namesOf({ groups })
  const opened = traffic === null ? undefined : openedText(traffic.end.flows)
  return (
    <KindRow ports={ports.length}>
      <ListChips before={list} after={desired} names={groups} />
      {desired.length === 0 && (
        <Bad>No group will be left{portSecurity && ': no rule matches, and all traffic is denied'}</Bad>
      )}
      {opened !== undefined && <Bad>{opened}</Bad>}
      {traffic === null ? (
        <p className={styles.fine}>Port security is off: groups have no effect on these ports.</p>
      ) : (
        <>
          {traffic.end.flows.length === 0 ? (
            <p className={styles.fine}>No lasting change of traffic.</p>
          ) : (
            <FlowDigest
              flows={traffic.end.flows}
              lists={{ before: list, after: desired }}
              names={names}
              most={MOST_FLOWS}
              more={() => 'More below.'}
            />
          )}
          {traffic.inBetween.flows.length > 0 && (
            <p>Only while it is carried out: {trafficCountsText(traffic.inBetween.counts)}.</p>
          )}
          {traffic.unreadable > 0 && (
            <p>{counted(traffic.unreadable, 'rule')} of its groups can’t be read: what they do is unknown.</p>
          )}
          {traffic.notCompared.length > 0 && (
            <p>
              Not compared: rules with {traffic.notCompared.map((id) => groupName({ groups }, id)).join(', ')}{' '}
              as remote, which other ports come into or leave.
            </p>
          )}
        </>
      )}
      {broken.map(({ guard, certain, inBetween, flow }) => {
        const known = guards[guard]
        return (
          known && (
            <Bad key={guard}>
              {certain ? 'Breaks' : 'May break'} the guard {known.name}
              {inBetween && ', while it is carried out'}: {guardText(known)}. {explain(flow, names)}
            </Bad>
          )
        )
      })}
      <p className={styles.fine}>
        {plan.way === 'one-call' || plan.steps.length === 1
          ? 'In one call'
          : `Step by step, ${counted(plan.steps.length, 'call')}`}{' '}
        on each port.
      </p>
      {traffic !== null && traffic.end.flows.length + traffic.inBetween.flows.length > 0 && (
        <OnDemand title={`All that changes: ${trafficCountsText(traffic.end.counts)}`}>
          {() => <InFull planned={planned} kind={kind} place={place} />}
        </OnDemand>
      )}
      <OnDemand
        title={ports.length === 1 ? nameOf(planned.plan.ports[ports[0]!]!) : portsWords(ports.length)}
      >
        {() => (
          <PortsOfKind project={project} plan={planned.plan} places={ports} label="Ports of this kind" />
        )}
      </OnDemand>
    </KindRow>
  )
})

function Bad({ children }: { children: ReactNode }): JSX.Element {
  return (
    <p className={styles.bad}>
      <Icon name="warning" /> {children}
    </p>
  )
}

function InFull(props: { planned: Planned; kind: PlannedKind; place: number }): JSX.Element {
  const { planned, kind, place } = props
  const found = useKindInFull(planned, place)
  const names = namesOf({ groups: planned.plan.groups })
  const lists = { before: kind.list, after: kind.desired }
  if (found.state === 'comparing') return <SkeletonRows label="Comparing traffic" count={2} />
  if (found.state === 'failed')
    return (
      <Notice
        tone="warn"
        title="What changes in full is unknown"
        actions={
          <Button size="small" onClick={found.retry}>
            Try again
          </Button>
        }
      >
        {found.message}
      </Notice>
    )
  if (found.traffic === null) return <p>Groups have no effect on these ports.</p>
  const { end, inBetween } = found.traffic
  return (
    <>
      <FlowGroups flows={end.flows} lists={lists} names={names} named />
      {inBetween.flows.length > 0 && (
        <>
          <p>Only while it is carried out:</p>
          <FlowGroups flows={inBetween.flows} lists={lists} names={names} when="then" named />
        </>
      )}
    </>
  )
}

function nameOf({ port_id, name }: PlannedPort): string {
  return name ?? `port ${shortId(port_id)}`
}

type PortsOfKindProps = { project: string; plan: BulkPlan; places: Places; label: string }

function PortsOfKind({ project, plan, places, label }: PortsOfKindProps): JSX.Element {
  return (
    <VirtualList label={label} count={places.length}>
      {(n) => {
        const port = plan.ports[places[n] ?? -1]
        return (
          port && (
            <span className={styles.port}>
              <Link
                to="/projects/$projectId/ports/$portId"
                params={{ projectId: project, portId: port.port_id }}
                preload={false}
              >
                {nameOf(port)}
              </Link>
              <code>{shortId(port.port_id)}</code>
            </span>
          )
        )
      }}
    </VirtualList>
  )
}

/** Ports that keep their lists, and on which something else passes all the same. */
function OthersOf({ plan }: { plan: BulkPlan }): JSX.Element {
  const { others, guards, groups } = plan
  const names = namesOf({ groups })
  const [most, setMost] = useState(AT_ONCE)
  return (
    <section className={styles.others} aria-label="Other ports">
      <h3>
        Other ports <Badge>{others.reduce((sum, { ports }) => sum + ports.length, 0)}</Badge>
      </h3>
      <p className={styles.fine}>Their rules have a group as remote that these ports get or lose.</p>
      <ul>
        {others.slice(0, most).map(({ ports, end, inBetween, broken }) => (
          <li key={ports[0]!.id}>
            <b>{portNames(ports)}</b>
            {end.flows.length > 0 && (
              <FlowDigest flows={end.flows} names={names} most={MOST_FLOWS} more={(n) => `And ${n} more.`} />
            )}
            {inBetween.flows.length > 0 && (
              <p className={styles.fine}>Only while it is carried out: {flowCountsText(inBetween.flows)}.</p>
            )}
            {broken.map(({ guard, certain }) => (
              <Bad key={guard}>
                {certain ? 'Breaks' : 'May break'} the guard {guards[guard]?.name}
              </Bad>
            ))}
          </li>
        ))}
      </ul>
      {others.length > most && <Button onClick={() => setMost(most + AT_ONCE)}>Show more</Button>}
    </section>
  )
}

function LeftOut({ project, plan }: { project: string; plan: BulkPlan }): JSX.Element | null {
  const { unchanged, skipped } = plan.found
  const name = (id: string) => groupName({ groups: plan.groups }, id)
  if (unchanged.length === 0 && skipped.length === 0) return null
  const entry = (key: string, why: string, places: Places) => (
    <li key={key}>
      <span>
        {portNames(portsAt(plan, places).map(({ port_id, name: one }) => ({ id: port_id, name: one })))}:{' '}
        {why}
      </span>
      {places.length > 6 && (
        <OnDemand title={portsWords(places.length)}>
          {() => <PortsOfKind project={project} plan={plan} places={places} label="Ports left out" />}
        </OnDemand>
      )}
    </li>
  )
  return (
    <section className={styles.others} aria-label="Left out">
      <h3>Left out</h3>
      <ul>
        {unchanged.length > 0 && entry('so', 'What is wanted is so already.', unchanged)}
        {skipped.map(({ reason, ports }, n) => entry(String(n), skippedWords(reason, name), ports))}
      </ul>
    </section>
  )
}
