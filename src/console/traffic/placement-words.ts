import { countOtherPorts } from '../../vpc/traffic/count-other-ports.ts'
import type { Names } from '../../vpc/traffic/explain.ts'
import type { Flow } from '../../vpc/traffic/flow.ts'
import { opensToAnywhere } from '../../vpc/traffic/importance.ts'
import { counted } from '../facts/change-words.ts'
import type { TrafficResult } from './compare-traffic.ts'
import { flowGroups, whatText, type FlowGroup } from './flow-groups.ts'
import { openedText, trafficCountsText } from './traffic-words.ts'

/**
 * What placing groups would do to traffic, for the end of a sentence, without its full stop: `opens
 * TCP 22 (SSH) from anywhere; nothing is newly denied`. What is opened to anywhere comes first.
 */
export function placementText(result: TrafficResult, names: Names): string {
  if (result.kind === 'port_security_off') return 'nothing: port security is off, so groups have no effect'
  const { afterStep, others, notCompared } = result
  const flows = afterStep.at(-1)?.flows ?? []
  const groups = flowGroups(flows)
  const of = (change: FlowGroup['change']) => groups.filter((group) => group.change === change)
  const [allowed, denied] = [of('newly_allowed'), of('newly_denied')]
  const undecided = flows.filter(({ change }) => change === 'undecided').length
  const own =
    flows.length === 0
      ? ['no traffic changes']
      : [
          allowed.length > 0
            ? andMore(opened(flows) ?? `allows ${whatText(allowed[0]!, names)}`, allowed)
            : 'nothing is newly allowed',
          denied.length > 0
            ? andMore(`denies ${whatText(denied[0]!, names)}`, denied)
            : 'nothing is newly denied',
          ...(undecided > 0 ? [`${counted(undecided, 'flow')} can’t be decided`] : []),
        ]
  const onOthers = countOtherPorts(others)
  if (onOthers.ports > 0)
    own.push(`on ${counted(onOthers.ports, 'other port')}: ${trafficCountsText(onOthers.flows)}`)
  if (notCompared.length > 0) own.push(`not compared: ${notCompared.join('; ')}`)
  return own.join('; ')
}

/** True where something is opened to anywhere. */
export function opensAnything(result: TrafficResult): boolean {
  return result.kind === 'differences' && (result.afterStep.at(-1)?.flows ?? []).some(opensToAnywhere)
}

function opened(flows: readonly Flow[]): string | undefined {
  const text = openedText(flows)
  return text && text.charAt(0).toLowerCase() + text.slice(1)
}

/** More of the same kind, by who decides it. */
function andMore(text: string, groups: readonly FlowGroup[]): string {
  return groups.length > 1 ? `${text}, and ${groups.length - 1} more` : text
}
