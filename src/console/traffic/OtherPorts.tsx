import type { JSX } from 'react'
import type { Names } from '../../vpc/traffic/explain.ts'
import type { Flow } from '../../vpc/traffic/flow.ts'
import type { OtherPortsTraffic } from '../../vpc/traffic/other-ports.ts'
import type { TrafficResult } from './compare-traffic.ts'
import { FlowList } from './FlowList.tsx'
import { shows, type FlowFilter } from './flow-filter.ts'
import styles from './TrafficChanges.module.css'
import { portNames } from './traffic-words.ts'

type OtherPortsProps = {
  result: Extract<TrafficResult, { kind: 'differences' }>
  filter: FlowFilter
  names: Names
  /** Added to the part's name. */
  of?: string
}

/**
 * What passes differently between the port and others, whose rules have a group of it as remote;
 * and what of that is not known.
 */
export function OtherPorts({ result, filter, names, of = '' }: OtherPortsProps): JSX.Element | null {
  const { others, notCompared } = result
  if (others.length === 0 && notCompared.length === 0) return null
  const ports = others.reduce((sum, one) => sum + one.ports.length, 0)
  return (
    <section className={styles.part} aria-label={`Other ports${of}`}>
      <h3>
        Other ports <span className={styles.count}>{ports}</span>
      </h3>
      <p className={styles.note}>Their rules have a group as remote that this port gets or loses.</p>
      {notCompared.length > 0 && <p className={styles.note}>Not compared: {notCompared.join('; ')}.</p>}
      {others.map((one) => (
        <div key={one.ports[0]!.id} className={styles.part}>
          <h4>{portNames(one.ports)}</h4>
          {stopsOf(one).map(({ title, flows, when }) => {
            const shown = flows.filter((flow) => shows(flow, filter))
            return (
              <div key={title} className={styles.part}>
                {title !== '' && <p className={styles.note}>{title}</p>}
                {shown.length > 0 ? (
                  <FlowList flows={shown} names={names} when={when} named />
                ) : (
                  <p className={styles.note}>Nothing passes the filters.</p>
                )}
              </div>
            )
          })}
        </div>
      ))}
    </section>
  )
}

/** Where anything is different: after the plan, then only between steps. */
function stopsOf({ afterStep, inBetween }: OtherPortsTraffic) {
  const stops: { title: string; flows: readonly Flow[]; when: string }[] = [
    { title: '', flows: afterStep.at(-1)?.flows ?? [], when: 'now' },
    ...inBetween.map((flows, n) => ({
      title: `Only between step ${n + 1} and step ${n + 2}`,
      flows,
      when: 'then',
    })),
  ]
  return stops.filter(({ flows }) => flows.length > 0)
}
