import type { Flow } from '../../vpc/traffic/flow.ts'
import type { Direction } from '../../vpc/traffic/directions.ts'

/** Which flows are shown; protocols by number, `other` is all but TCP, UDP, ICMP and ICMPv6. */
export type FlowFilter = {
  direction: 'any' | Direction
  protocol: 'any' | '6' | '17' | '1' | '58' | 'other'
}

/** Shows every flow. */
export const ALL: FlowFilter = { direction: 'any', protocol: 'any' }

/** What can be chosen, as it is shown. */
export const FILTERS: readonly {
  name: keyof FlowFilter
  label: string
  options: readonly (readonly [value: FlowFilter[keyof FlowFilter], text: string])[]
}[] = [
  {
    name: 'direction',
    label: 'Direction',
    options: [
      ['any', 'Both'],
      ['ingress', 'Ingress'],
      ['egress', 'Egress'],
    ],
  },
  {
    name: 'protocol',
    label: 'Protocol',
    options: [
      ['any', 'Any'],
      ['6', 'TCP'],
      ['17', 'UDP'],
      ['1', 'ICMP'],
      ['58', 'ICMPv6'],
      ['other', 'Others'],
    ],
  },
]

const NAMED = [1, 6, 17, 58]

/** True when the filter shows any part of the flow. */
export function shows({ direction, services }: Flow, filter: FlowFilter): boolean {
  if (filter.direction !== 'any' && filter.direction !== direction) return false
  const { protocol } = filter
  if (protocol === 'any') return true
  return services.some((range) => {
    if (range.kind !== 'protocols') return String(range.protocol) === protocol
    if (protocol !== 'other') return range.from <= Number(protocol) && Number(protocol) <= range.to
    const named = NAMED.filter((one) => range.from <= one && one <= range.to).length
    return range.to - range.from + 1 > named
  })
}
