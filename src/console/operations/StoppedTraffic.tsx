import { useMemo, type JSX } from 'react'
import { keptGroups } from '../../vpc/kept-groups.ts'
import type { ChangeStep } from '../../vpc/change-step.ts'
import { sameList } from '../../vpc/list-difference.ts'
import { changePlan, type ChangePlan } from '../../vpc/plan-change.ts'
import { portSecurityOf } from '../../vpc/port-facts.ts'
import type { Port } from '../../vpc/port.ts'
import { countOtherPorts } from '../../vpc/traffic/count-other-ports.ts'
import type { GroupFacts } from '../facts/group-facts.ts'
import { FlowDigest, FlowGroups } from '../traffic/FlowGroups.tsx'
import { endsOf } from '../traffic/flow-groups.ts'
import { headlineOf, namesOf, summaryOf, trafficText } from '../traffic/traffic-words.ts'
import { useTraffic, type TrafficState } from '../traffic/use-traffic.ts'
import { Button } from '../ui/Button.tsx'
import styles from './Operation.module.css'

type StoppedTrafficProps = {
  project: string
  port: Port
  facts: GroupFacts
}

type List = readonly string[]

/** In a line each: more is in the panel below, or in History. */
const MOST_IN_SIGHT = 4

/** What each kind of change is called of what is so now. */
const STATE_WORDS = { newly_allowed: 'Open', newly_denied: 'Cut', undecided: 'Can’t be decided' }

/** What is open and cut by the list that a stopped change left on the port. */
export function TrafficRightNow(
  props: StoppedTrafficProps & { now: List; before: List },
): JSX.Element | null {
  const { project, port, facts, now, before } = props
  const plan = useMemo(() => replacement(before, now), [before, now])
  const traffic = useTrafficOf(project, port, plan, before, facts)
  if (portSecurityOf(port) === false) return null
  return (
    // What is found later is not read out: the alert around it would be read anew as a whole.
    <section className={styles.column} aria-label={NOW} aria-live="off">
      <p className={styles.headline}>{NOW}</p>
      {sameList(before, now) ? (
        <p>The port has the list from before the change.</p>
      ) : (
        <RightNow traffic={traffic} facts={facts} />
      )}
    </section>
  )
}

const NOW = 'Traffic now, compared with the list before'

function RightNow({ traffic, facts }: { traffic: TrafficState; facts: GroupFacts }): JSX.Element {
  const found = foundIn(traffic)
  if (found === undefined) return <NotFound traffic={traffic} />
  const { result, flows, others, notCompared } = found
  return (
    <>
      {flows.length === 0 && !others && <p>No traffic differs.</p>}
      <FlowDigest
        flows={flows}
        lists={endsOf(found.question.lists)}
        names={namesOf(facts, traffic)}
        most={MOST_IN_SIGHT}
        words={STATE_WORDS}
        more={(count) => `${count} more`}
      />
      {others && <p className={styles.note}>{trafficText(result)}.</p>}
      {notCompared}
    </>
  )
}

/**
 * What traffic a choice would change, by the calls that it sends: in a sentence, and folded in
 * full.
 */
export function TrafficOfChoice(
  props: StoppedTrafficProps & { from: List; plan: ChangePlan },
): JSX.Element | null {
  const { project, port, facts, from, plan } = props
  const traffic = useTrafficOf(project, port, plan, from, facts)
  if (portSecurityOf(port) === false) return null
  const found = foundIn(traffic)
  if (found === undefined) return <NotFound traffic={traffic} />
  const { result, flows, notCompared } = found
  const names = namesOf(facts, traffic)
  const headline = headlineOf(result, names)
  return (
    <span aria-live="off">
      {headline && <b className={headline.danger ? styles.danger : undefined}>{headline.text}. </b>}
      {trafficText(result)}.{notCompared}
      {flows.length > 0 && (
        <details>
          <summary>What it allows and denies</summary>
          <FlowGroups
            flows={flows}
            lists={endsOf(found.question.lists)}
            names={names}
            when="after it"
            named
          />
        </details>
      )}
    </span>
  )
}

/** What was found, where it is known; what could not be compared is named. */
function foundIn(traffic: TrafficState) {
  if (traffic.state !== 'compared' || traffic.result.kind !== 'differences') return undefined
  const { result, question } = traffic
  const between = result.inBetween.some((one) => one.length > 0)
  return {
    result,
    question,
    flows: result.afterStep.at(-1)?.flows ?? [],
    others: between || countOtherPorts(result.others).ports > 0,
    notCompared: result.notCompared.length > 0 && (
      <p className={styles.note}>Not compared: {result.notCompared.join('; ')}.</p>
    ),
  }
}

function NotFound({ traffic }: { traffic: TrafficState }): JSX.Element {
  return (
    <span className={styles.note}>
      {summaryOf(traffic).text}.{' '}
      {'retry' in traffic && (
        <Button size="small" icon="refresh" onClick={traffic.retry}>
          Try again
        </Button>
      )}
    </span>
  )
}

const NOTHING = () => {}

function useTrafficOf(
  project: string,
  port: Port,
  plan: ChangePlan,
  list: List,
  facts: GroupFacts,
): TrafficState {
  const plans = useMemo(() => ({ list, equal: [plan], moved: undefined, pick: NOTHING }), [list, plan])
  return useTraffic(project, port, plans, facts, true)
}

/** From one list to the other at once: only its ends are compared. */
function replacement(from: List, to: List): ChangePlan {
  const groups = to.length > 0 ? [...to] : [...from]
  const step: ChangeStep = { kind: to.length > 0 ? 'replace' : 'remove', security_groups: groups }
  return changePlan('one-call', from, to, keptGroups(from, to), sameList(from, to) ? [] : [step])
}
