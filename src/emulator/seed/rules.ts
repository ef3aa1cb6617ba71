/**
 * What a rule is made from; group and address group are named, their IDs are filled in when the
 * group is made.
 */
export type RuleDraft = {
  direction: 'ingress' | 'egress'
  action: 'allow' | 'deny'
  priority: number
  ethertype: 'IPv4' | 'IPv6'
  protocol: string | null
  multiport: string | null
  remote_ip_prefix?: string
  remote_group?: string
  remote_address_group?: string
  description: string
  enabled: boolean
}

/** Protocol and ports of a rule (docs/platform.md, Objects). */
export type Traffic = Pick<RuleDraft, 'protocol' | 'multiport'> & { ethertype?: 'IPv6' }
/** Whom a rule is about; empty is everybody. */
export type Remote = Pick<RuleDraft, 'remote_ip_prefix' | 'remote_group' | 'remote_address_group'>
type More = Partial<Pick<RuleDraft, 'priority' | 'description' | 'enabled' | 'direction'>>

export const tcp = (multiport: string | null = null): Traffic => ({ protocol: 'tcp', multiport })
export const udp = (multiport: string | null = null): Traffic => ({ protocol: 'udp', multiport })
/** ICMP by type, or type and code: `8` or `3,4`. */
export const icmp = (multiport: string | null = null): Traffic => ({ protocol: 'icmp', multiport })
export const icmpv6 = (multiport: string | null = null): Traffic => ({
  protocol: 'icmpv6',
  multiport,
  ethertype: 'IPv6',
})
/** A protocol by its number: 47 is GRE, 50 ESP, 51 AH, 89 OSPF, 112 VRRP, 132 SCTP. */
export const protocol = (number: number): Traffic => ({ protocol: String(number), multiport: null })
export const anything: Traffic = { protocol: null, multiport: null }
/** The same traffic, over IPv6. */
export const over6 = (traffic: Traffic): Traffic => ({ ...traffic, ethertype: 'IPv6' })

export const anyone: Remote = {}
/** A CIDR block; one with a colon makes the rule one for IPv6. */
export const cidr = (remote_ip_prefix: string): Remote => ({ remote_ip_prefix })
export const group = (remote_group: string): Remote => ({ remote_group })
export const addressGroup = (remote_address_group: string): Remote => ({ remote_address_group })

function rule(action: 'allow' | 'deny', traffic: Traffic, remote: Remote, more: More): RuleDraft {
  return {
    direction: 'ingress',
    action,
    priority: 1,
    ethertype: traffic.ethertype ?? (remote.remote_ip_prefix?.includes(':') ? 'IPv6' : 'IPv4'),
    protocol: traffic.protocol,
    multiport: traffic.multiport,
    description: '',
    enabled: true,
    ...remote,
    ...more,
  }
}

export const allow = (traffic: Traffic, remote: Remote, more: More = {}) =>
  rule('allow', traffic, remote, more)
export const deny = (traffic: Traffic, remote: Remote, more: More = {}) => rule('deny', traffic, remote, more)

/** What every group of the platform starts with: everything may leave. */
export const everythingOut: readonly RuleDraft[] = [
  allow(anything, anyone, { direction: 'egress', priority: 100 }),
  allow(over6(anything), anyone, { direction: 'egress', priority: 100 }),
]
