import { Suspense, useState, type JSX } from 'react'
import type { Names } from '../../vpc/traffic/explain.ts'
import type { GroupFacts } from '../facts/group-facts.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { later } from '../errors/later.tsx'
import { SelectField } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import { ALL, FILTERS, type FlowFilter } from './flow-filter.ts'
import type { TrafficResult, TrafficQuestion } from './compare-traffic.ts'
import styles from './TrafficChanges.module.css'
import { namesOf, trafficText } from './traffic-words.ts'
import { TryPacket } from './TryPacket.tsx'
import { TrafficFailed } from './TrafficFailed.tsx'
import type { TrafficState } from './use-traffic.ts'

// Only a plan needs it.
const TrafficInFull = later(() => import('./TrafficInFull.tsx').then((module) => module.TrafficInFull))
// Only a port with such rules needs it.
const NeverMatching = later(() => import('./NeverMatching.tsx').then((module) => module.NeverMatching))
// Only a port with remote groups needs it.
const Remotes = later(() => import('./Remotes.tsx').then((module) => module.Remotes))

type Compared = Extract<TrafficResult, { kind: 'differences' }>
type TrafficChangesProps = { traffic: TrafficState; facts: Pick<GroupFacts, 'groups'> }

/**
 * What traffic is newly allowed or denied after the plan, and while it is carried out. What is not
 * known is never guessed.
 */
export function TrafficChanges({ traffic, facts }: TrafficChangesProps): JSX.Element {
  if (traffic.state === 'reading') return <SkeletonRows label="Comparing traffic" count={3} />
  if (traffic.state === 'unread')
    return (
      <ErrorPanel
        error={traffic.error}
        title="What traffic changes is unknown: the groups’ rules could not be read"
        onRetry={traffic.retry}
      />
    )
  if (traffic.state === 'failed')
    return <TrafficFailed title="What traffic changes is unknown" failure={traffic} />
  const { result, question, remotes } = traffic
  if (result.kind === 'port_security_off')
    return (
      <Notice tone="warn" title="Port security is off: groups have no effect on this port">
        All traffic passes, before and after.
      </Notice>
    )
  const names = namesOf(facts, traffic)
  return (
    <>
      <Compare
        result={result}
        question={question}
        names={names}
        onTry={() => {
          if (remotes !== undefined && !remotes.read) remotes.reread()
        }}
      />
      {remotes !== undefined && remotes.groups.length > 0 && (
        <Suspense>
          <Remotes remotes={remotes} names={names} />
        </Suspense>
      )}
    </>
  )
}

/** docs/platform.md, Limits. */
const ADVISED_GROUPS = 5

type CompareProps = { result: Compared; question: TrafficQuestion; names: Names; onTry: () => void }

function Compare({ result, question, names, onTry }: CompareProps): JSX.Element {
  const [filter, setFilter] = useState<FlowFilter>(ALL)
  const end = result.afterStep.at(-1)
  const arranged = question.lists.at(-1)?.length ?? 0
  const between = result.inBetween.some((flows) => flows.length > 0)
  return (
    <div className={styles.view}>
      <output aria-live="polite" className={styles.summary}>
        {trafficText(result)}.
      </output>
      {end !== undefined && (end.flows.length > 0 || between || result.others.length > 0) && (
        <div className={styles.filters}>
          {FILTERS.map(({ name, label, options }) => (
            <SelectField
              key={name}
              label={label}
              value={filter[name]}
              onChange={(event) => setFilter({ ...filter, [name]: event.target.value })}
            >
              {options.map(([value, text]) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </SelectField>
          ))}
        </div>
      )}
      {end !== undefined && (
        <Suspense fallback={<SkeletonRows label="Loading what changes" count={3} />}>
          <TrafficInFull result={result} lists={question.lists} filter={filter} names={names} />
        </Suspense>
      )}
      {result.neverMatching.count > 0 && (
        <Suspense>
          <NeverMatching rules={result.neverMatching} names={names} />
        </Suspense>
      )}
      <TryPacket question={question} names={names} onTry={onTry} />
      <p className={styles.note}>
        A network ACL of the subnet may deny traffic before groups do: Portside does not read it.
        {arranged > ADVISED_GROUPS &&
          ` The platform advises at most ${ADVISED_GROUPS} groups an instance; as arranged, this port has ${arranged}.`}
      </p>
    </div>
  )
}
