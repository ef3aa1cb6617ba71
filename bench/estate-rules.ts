import type { SecurityGroupRule } from '../src/vpc/security-group.ts'

/** Numbers from 0 to below 1 that are the same in every run. */
export function chance(seed: number) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/**
 * Rules as estates have them: networks of all sizes, single ports and ranges, some denials, some of
 * the groups of `remotes` as remote.
 */
export function rulesOf(
  group: string,
  count: number,
  remotes: readonly string[],
  next: () => number,
): SecurityGroupRule[] {
  const from = <T>(...choice: readonly T[]) => choice[Math.floor(next() * choice.length)]!
  return Array.from({ length: count }, (_, n) => {
    const v4 = next() < 0.9
    const protocol = from('tcp', 'tcp', 'tcp', 'udp', 'icmp', null)
    const port = 1 + Math.floor(next() * 9000)
    const ports = from(`${port}`, `${port}-${port + 100}`, '22,443,8000-8100')
    const [a, b] = [Math.floor(next() * 60), Math.floor(next() * 256)]
    const cidr = v4
      ? from(`10.${a}.${b}.0/24`, `10.${a}.0.0/16`, `10.${a}.${b}.7/32`, '0.0.0.0/0')
      : from(`fd00:${a}::/32`, '::/0')
    const remote = next()
    return {
      id: `${group}-${n}`,
      security_group_id: group,
      direction: from('ingress', 'ingress', 'egress'),
      ethertype: v4 ? 'IPv4' : 'IPv6',
      protocol,
      multiport: protocol === 'tcp' || protocol === 'udp' ? ports : null,
      action: next() < 0.2 ? 'deny' : 'allow',
      priority: from(1, 1, 1, 10, 50, 100),
      remote_group_id: remote < 0.1 ? remotes[Math.floor(next() * remotes.length)]! : null,
      remote_ip_prefix: remote >= 0.1 && remote < 0.9 ? cidr : null,
    }
  })
}
