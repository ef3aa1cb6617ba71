import { useMemo, type JSX } from 'react'
import { keptGroups } from '../../vpc/kept-groups.ts'
import type { ChangeStep } from '../../vpc/change-step.ts'
import { sameList } from '../../vpc/list-difference.ts'
import { changePlan, type ChangePlan } from '../../vpc/plan-change.ts'
import { portSecurityOf, type Port } from '../../vpc/port.ts'
import { countOtherPorts } from '../../vpc/traffic/count-other-ports.ts'
import type { Flow } from '../../vpc/traffic/flow.ts'
import type { GroupFacts } from '../facts/group-facts.ts'
import { FlowDigest } from '../traffic/FlowGroups.tsx'
import { endsOf } from '../traffic/flow-groups.ts'
import { namesOf, summaryOf, trafficText } from '../traffic/traffic-words.ts'
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

const STATE_WORDS = { newly_allowed: 'Open', newly_denied: 'Cut', undecided: 'Can’t be decided' }
const CHOICE_WORDS = { newly_allowed: 'Allows', newly_denied: 'Denies', undecided: 'Can’t be decided' }

/** What is open and cut by the list that a stopped change left on the port. */
export function TrafficRightNow(
  props: StoppedTrafficProps & { now: List; before: List; desired: List },
): JSX.Element | null {
  const { port, now, before, desired } = props
  if (portSecurityOf(port) === false) return null
  return (
    // What is found later is not read out: the alert around it would be read anew as a whole.
    <div className={styles.stopped} aria-live="off">
      <StateComparison
        {...props}
        from={before}
        to={now}
        title="Traffic now, compared with the list before"
        same="The port has the list from before the change."
        whys
      />
      <StateComparison
        {...props}
        from={desired}
        to={now}
        title="Traffic now, compared with the planned list"
        same="The port has the planned list."
        whys={false}
      />
    </div>
  )
}

function StateComparison(
  props: StoppedTrafficProps & { from: List; to: List; title: string; same: string; whys: boolean },
): JSX.Element {
  const { project, port, facts, from, to, title, same, whys } = props
  const traffic = useTrafficOf(
    project,
    port,
    useMemo(() => replacement(from, to), [from, to]),
    from,
    facts,
  )
  return (
    <section className={styles.column} aria-label={title}>
      <p className={styles.headline}>{title}</p>
      {sameList(from, to) ? (
        <p>{same}</p>
      ) : (
        <Found traffic={traffic} facts={facts} words={STATE_WORDS} whys={whys} same="No traffic differs" />
      )}
    </section>
  )
}

/** What traffic a choice would change, by the calls that it sends. */
export function TrafficOfChoice(
  props: StoppedTrafficProps & { from: List; plan: ChangePlan },
): JSX.Element | null {
  const { project, port, facts, from, plan } = props
  const traffic = useTrafficOf(project, port, plan, from, facts)
  if (plan.steps.length === 0 || portSecurityOf(port) === false) return null
  return (
    <div aria-live="off">
      <Found traffic={traffic} facts={facts} words={CHOICE_WORDS} whys={false} same="No traffic changes" />
    </div>
  )
}

function Found(props: {
  traffic: TrafficState
  facts: GroupFacts
  words: Readonly<Record<Flow['change'], string>>
  whys: boolean
  same: string
}): JSX.Element {
  const { traffic, facts, words, whys, same } = props
  if (traffic.state !== 'compared' || traffic.result.kind !== 'differences')
    return (
      <p className={styles.note}>
        {summaryOf(traffic).text}.{' '}
        {'retry' in traffic && (
          <Button size="small" icon="refresh" onClick={traffic.retry}>
            Try again
          </Button>
        )}
      </p>
    )
  const { result, question } = traffic
  const flows = result.afterStep.at(-1)?.flows ?? []
  const elsewhere = countOtherPorts(result.others).ports > 0
  const between = result.inBetween.some((one) => one.length > 0)
  return (
    <>
      {flows.length === 0 && !elsewhere && !between && <p>{same}.</p>}
      <FlowDigest
        flows={flows}
        {...(whys && { lists: endsOf(question.lists) })}
        names={namesOf(facts, traffic)}
        most={MOST_IN_SIGHT}
        words={words}
        more={(count) => `${count} more`}
      />
      {(elsewhere || between) && <p className={styles.note}>{trafficText(result)}.</p>}
      {result.notCompared.length > 0 && (
        <p className={styles.note}>Not compared: {result.notCompared.join('; ')}.</p>
      )}
    </>
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
