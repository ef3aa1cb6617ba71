import type { JSX } from 'react'
import { countOtherPorts } from '../../vpc/traffic/count-other-ports.ts'
import { Notice } from '../ui/Notice.tsx'
import { trafficText, worstText } from './traffic-words.ts'
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
  const { others, notCompared } = result
  const onOthers = countOtherPorts(others)
  const open = end.counts.undecided + onOthers.flows.undecided + notCompared.length > 0
  const cut = onOthers.flows.newly_denied + onOthers.flows.newly_allowed > 0
  const between = [result, ...others].some(({ inBetween }) => inBetween.some((flows) => flows.length > 0))
  return (
    <Notice
      tone={worst !== undefined ? 'danger' : open || cut ? 'warn' : 'neutral'}
      title={`Traffic: ${trafficText(result)}`}
    >
      {worst !== undefined && <p>{worst}</p>}
      {notCompared.length > 0 && <p>Not compared: {notCompared.join('; ')}.</p>}
      {between && <p>More changes while the plan is carried out: see What traffic changes.</p>}
    </Notice>
  )
}
