import type { JSX } from 'react'
import { Notice } from '../ui/Notice.tsx'
import { trafficCountsText, worstText } from './traffic-words.ts'
import type { TrafficState } from './use-traffic.ts'

/** What traffic a plan changes, in a line, before it is applied. */
export function TrafficSummary({ traffic }: { traffic: TrafficState }): JSX.Element {
  if (traffic.state === 'reading') return <Notice title="Traffic is still being compared" />
  if (traffic.state !== 'compared')
    return <Notice tone="warn" title="What traffic changes is unknown: it could not be compared" />
  const { result } = traffic
  if (result.kind === 'port_security_off')
    return <Notice tone="warn" title="Port security is off: groups have no effect on this port" />
  const end = result.afterStep.at(-1)
  if (end === undefined) return <Notice title="No traffic changes" />
  const worst = worstText(end)
  return (
    <Notice
      tone={worst === undefined ? (end.counts.undecided > 0 ? 'warn' : 'neutral') : 'danger'}
      title={`Traffic: ${trafficCountsText(end.counts)}`}
    >
      {worst !== undefined && <p>{worst}</p>}
      {result.inBetween.some((flows) => flows.length > 0) && (
        <p>More changes while the plan is carried out: see What traffic changes.</p>
      )}
    </Notice>
  )
}
