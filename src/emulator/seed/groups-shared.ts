import {
  addressGroup,
  allow,
  anyone,
  anything,
  cidr,
  deny,
  everythingOut,
  group,
  icmp,
  icmpv6,
  over6,
  protocol,
  tcp,
  udp,
  type RuleDraft,
} from './rules.ts'

/** A group before it has IDs. Names are unique within a project. */
export type GroupDraft = {
  name: string
  description: string
  tags: Record<string, string>
  rules: readonly RuleDraft[]
  id?: string
  enterprise_project_id?: string
}

const platform = { team: 'platform', 'managed-by': 'terraform' }
const security = { team: 'security', 'managed-by': 'terraform' }
const draft = (
  name: string,
  description: string,
  tags: Record<string, string>,
  rules: readonly RuleDraft[],
  more: Partial<GroupDraft> = {},
): GroupDraft => ({ name, description, tags, rules: [...rules, ...everythingOut], ...more })
const only = (
  name: string,
  description: string,
  tags: Record<string, string>,
  rules: readonly RuleDraft[],
): GroupDraft => ({ name, description, tags, rules })

/**
 * Groups of the vendor's example, with its IDs (docs/platform.md, Insert).
 */
export const referenceGroups: readonly GroupDraft[] = [
  draft(
    'default',
    'Default security group',
    {},
    [allow(anything, group('default')), allow(over6(anything), group('default'))],
    { id: '567be4e3-d171-46ce-9e8a-c15e91cfe86a' },
  ),
  draft(
    'web-public',
    'HTTP and HTTPS from everywhere. Put quarantine or the deny lists above it, not below.',
    { team: 'web', tier: 'edge' },
    [
      allow(tcp('80,443'), anyone, { description: 'Public web' }),
      allow(over6(tcp('80,443')), anyone, { description: 'Public web over IPv6' }),
      allow(icmp('8'), anyone, { priority: 50, description: 'Ping' }),
    ],
    { id: '4940b983-5992-4663-bed9-d1d1e15d1009' },
  ),
  draft(
    'bastion-ssh',
    'SSH from the bastion hosts only',
    { ...platform, purpose: 'admin' },
    [
      allow(tcp('22'), cidr('10.250.0.0/28'), { description: 'Bastion hosts, zone a' }),
      allow(tcp('22'), cidr('10.250.1.0/28'), { description: 'Bastion hosts, zone b' }),
      deny(tcp('22'), anyone, { priority: 100, description: 'Nobody else, whatever stands below' }),
    ],
    { id: '8edd3747-ccd4-49a1-82b9-a165eec314b4' },
  ),
  draft(
    'monitoring-agents',
    'Node exporter and agents, scraped from the monitoring subnet',
    { ...platform, purpose: 'monitoring' },
    [
      allow(tcp('9100,9256,9400-9419'), cidr('10.240.8.0/24'), { description: 'Exporters' }),
      allow(udp('161'), cidr('10.240.8.0/24'), { priority: 5, description: 'SNMP' }),
      allow(icmp(), cidr('10.240.8.0/24'), { priority: 10 }),
    ],
    { id: '6c2d4540-3b7d-4207-a319-a7231b439995' },
  ),
]

/** Groups that deny traffic of whole estates: they show how the order decides. */
export const denyingGroups: readonly GroupDraft[] = [
  only(
    'quarantine',
    'Cuts a machine off: denies everything in and out. Works only at the top of the list.',
    security,
    [
      deny(anything, anyone, { description: 'Nothing in' }),
      deny(over6(anything), anyone, { description: 'Nothing in over IPv6' }),
      deny(anything, anyone, { direction: 'egress', description: 'Nothing out' }),
      deny(over6(anything), anyone, { direction: 'egress', description: 'Nothing out over IPv6' }),
    ],
  ),
  only('quarantine-forensics', 'As quarantine, but the forensics subnet may look', security, [
    allow(tcp('22,3389,5985-5986'), cidr('10.66.6.0/24'), { description: 'Forensics workstations' }),
    allow(tcp('443,8443'), cidr('10.66.6.0/24'), { direction: 'egress', description: 'Evidence upload' }),
    deny(anything, anyone, { priority: 2 }),
    deny(over6(anything), anyone, { priority: 2 }),
    deny(anything, anyone, { direction: 'egress', priority: 2 }),
  ]),
  draft(
    'deny-known-attackers',
    'Blocklist of the SOC, renewed every night',
    { ...security, source: 'soc-feed' },
    [
      deny(anything, cidr('185.220.100.0/22'), { description: 'Tor exits' }),
      deny(anything, cidr('45.155.204.0/24'), { description: 'Scanner, ticket SOC-1182' }),
      deny(anything, cidr('193.32.162.0/24'), { description: 'Brute force, ticket SOC-1207' }),
      deny(anything, addressGroup('soc-blocklist'), { description: 'Nightly feed' }),
      deny(anything, cidr('2a0b:f4c2::/32'), { description: 'Tor exits over IPv6' }),
      deny(anything, cidr('203.0.113.66/32'), {
        enabled: false,
        description: 'Lifted 2024-02-11, kept for the record',
      }),
    ],
  ),
  draft('deny-admin-ports', 'No SSH, RDP or databases from outside 10.0.0.0/8', security, [
    allow(tcp('22,3389'), cidr('10.0.0.0/8'), { description: 'Inside is fine' }),
    deny(tcp('22,23,3389,5900-5910'), anyone, { priority: 10, description: 'Admin ports' }),
    deny(tcp('1433,1521,3306,5432,6379,9200,27017'), anyone, { priority: 10, description: 'Databases' }),
    deny(over6(tcp('22,23,3389,5900-5910')), anyone, { priority: 10 }),
  ]),
  draft('deny-smb-rpc', 'Windows file sharing and RPC stay inside', security, [
    deny(tcp('135,139,445,593'), anyone, { priority: 3 }),
    deny(udp('137-138,445'), anyone, { priority: 3 }),
    allow(tcp('135,139,445'), cidr('10.30.0.0/16'), { priority: 2, description: 'Office file servers' }),
  ]),
  only('egress-web-only', 'Out to the web and to DNS, nowhere else', security, [
    allow(tcp('80,443'), anyone, { direction: 'egress' }),
    allow(udp('53,123'), cidr('10.240.0.0/16'), { direction: 'egress', description: 'DNS and NTP inside' }),
    deny(anything, anyone, { direction: 'egress', priority: 100 }),
    deny(over6(anything), anyone, { direction: 'egress', priority: 100 }),
  ]),
  only('egress-none', 'Nothing leaves. For appliances that only answer.', security, [
    deny(anything, anyone, { direction: 'egress' }),
    deny(over6(anything), anyone, { direction: 'egress' }),
  ]),
  draft('pci-isolation', 'Cardholder zone: only named peers', { ...security, compliance: 'pci-dss' }, [
    allow(tcp('443'), group('payments-prod-web'), { description: 'Payment front ends' }),
    allow(tcp('8443'), group('payments-prod-app'), { priority: 2 }),
    deny(anything, anyone, { priority: 90, description: 'Everybody else' }),
  ]),
  draft('maintenance-freeze', 'Change freeze: deny and allow at equal priority, so deny wins', security, [
    allow(tcp('443'), cidr('10.0.0.0/8'), { priority: 20 }),
    deny(tcp('443'), cidr('10.0.0.0/8'), { priority: 20, description: 'Beats the allow beside it' }),
    allow(tcp('8443'), cidr('10.250.0.0/28'), { priority: 20 }),
  ]),
]

/** Groups that many machines share. */
export const sharedGroups: readonly GroupDraft[] = [
  draft('bastion-rdp', 'RDP from the bastion hosts', { ...platform, purpose: 'admin' }, [
    allow(tcp('3389'), cidr('10.250.0.0/28')),
    allow(udp('3389'), cidr('10.250.0.0/28'), { description: 'RDP over UDP' }),
  ]),
  draft('ssh-from-anywhere', 'Do not use. Kept until LEGACY-77 is closed.', { owner: 'unknown' }, [
    allow(tcp('22'), cidr('0.0.0.0/0'), { description: 'Yes, really' }),
    allow(tcp('22'), cidr('::/0')),
  ]),
  draft('office-vpn', 'Staff on the VPN', { team: 'network' }, [
    allow(tcp(), addressGroup('office-ranges')),
    allow(udp('500,4500'), addressGroup('office-ranges'), { description: 'IKE' }),
    allow(protocol(50), addressGroup('office-ranges'), { description: 'ESP' }),
    allow(protocol(51), addressGroup('office-ranges'), { description: 'AH' }),
  ]),
  draft('icmp-basic', 'Ping, path MTU and traceroute', platform, [
    allow(icmp('8,0'), anyone, { description: 'Echo request' }),
    allow(icmp('3,4'), anyone, { description: 'Fragmentation needed' }),
    allow(icmp('11'), anyone, { description: 'Time exceeded' }),
    allow(icmpv6('2'), anyone, { description: 'Packet too big' }),
    allow(icmpv6('128'), anyone, { description: 'Echo request' }),
    deny(icmp(), anyone, { priority: 60, description: 'No other ICMP' }),
  ]),
  draft('ipv6-neighbours', 'Neighbour discovery and router advertisements', platform, [
    allow(icmpv6('133'), cidr('fe80::/10')),
    allow(icmpv6('134'), cidr('fe80::/10')),
    allow(icmpv6('135'), cidr('fe80::/10')),
    allow(icmpv6('136'), cidr('fe80::/10')),
  ]),
  draft('dns-resolvers', 'DNS for the whole estate', platform, [
    allow(udp('53'), cidr('10.0.0.0/8')),
    allow(tcp('53,853'), cidr('10.0.0.0/8'), { description: 'Long answers and DNS over TLS' }),
    allow(udp('53'), cidr('2001:db8:10::/48')),
  ]),
  draft('ntp-servers', '', platform, [allow(udp('123'), cidr('10.0.0.0/8'))]),
  draft('load-balancer-health', 'Health checks of the load balancers', { team: 'network' }, [
    allow(tcp(), cidr('100.125.0.0/16'), { description: 'Where the platform checks from' }),
    allow(udp(), cidr('100.125.0.0/16')),
  ]),
  draft('load-balancer-front', 'Listeners of the dedicated load balancers', { team: 'network' }, [
    allow(tcp('80,443,8080-8099'), anyone),
    allow(over6(tcp('80,443')), anyone),
    allow(udp('443'), anyone, { description: 'HTTP/3' }),
  ]),
  draft('nat-gateway', 'NAT gateways answer nobody', { team: 'network' }, [deny(anything, anyone)]),
  draft('enterprise-router', 'UCMP ports of the enterprise router', { team: 'network' }, [
    allow(protocol(47), cidr('10.0.0.0/8'), { description: 'GRE' }),
    allow(protocol(89), cidr('10.0.0.0/8'), { description: 'OSPF' }),
    allow(tcp('179'), cidr('169.254.0.0/16'), { description: 'BGP' }),
    allow(udp('3784-3785,4784'), cidr('169.254.0.0/16'), { description: 'BFD' }),
  ]),
  draft('vip-failover', 'VRRP between the members of a virtual IP', { team: 'network' }, [
    allow(protocol(112), group('vip-failover')),
    allow(udp('694'), group('vip-failover'), { description: 'Heartbeat' }),
  ]),
  draft('vpc-endpoints', 'Endpoint services inside the VPC', { team: 'network' }, [
    allow(tcp('443'), cidr('10.0.0.0/8')),
  ]),
  draft('kubernetes-nodes', 'Nodes of the container clusters', { team: 'containers' }, [
    allow(tcp('10250'), group('kubernetes-control'), { description: 'kubelet' }),
    allow(udp('4789'), group('kubernetes-nodes'), { description: 'VXLAN' }),
    allow(tcp('30000-32767'), cidr('10.0.0.0/8'), { description: 'Node ports' }),
    allow(udp('30000-32767'), cidr('10.0.0.0/8'), { description: 'Node ports' }),
    allow(anything, cidr('172.16.0.0/12'), { priority: 20, description: 'Pod network' }),
  ]),
  draft('kubernetes-control', 'Control plane of the container clusters', { team: 'containers' }, [
    allow(tcp('5443,6443'), group('kubernetes-nodes')),
    allow(tcp('2379-2380'), group('kubernetes-control'), { description: 'etcd' }),
    allow(tcp('6443'), cidr('10.250.0.0/24'), { priority: 5 }),
  ]),
  draft('log-shippers', 'Syslog and Beats to the log cluster', { ...platform, purpose: 'logs' }, [
    allow(tcp('514,5044,6514'), cidr('10.0.0.0/8')),
    allow(udp('514'), cidr('10.0.0.0/8')),
  ]),
  draft('backup-targets', 'Backup servers reach their agents', { ...platform, purpose: 'backup' }, [
    allow(tcp('1556,8014,9392'), cidr('10.240.32.0/24')),
    allow(tcp('10000-10100'), cidr('10.240.32.0/24'), {
      enabled: false,
      description: 'NDMP, off since 2023',
    }),
  ]),
  draft('active-directory', 'Domain controllers', { team: 'windows' }, [
    allow(tcp('53,88,135,389,445,464,636,3268-3269'), cidr('10.30.0.0/16')),
    allow(udp('53,88,123,389,464'), cidr('10.30.0.0/16')),
    allow(tcp('49152-65535'), cidr('10.30.0.0/16'), { priority: 10, description: 'Dynamic RPC' }),
  ]),
  draft('sip-trunks', 'Telephone exchange', { team: 'voice' }, [
    allow(udp('5060-5061'), cidr('198.51.100.0/27'), { description: 'Carrier, signalling' }),
    allow(udp('16384-32767'), cidr('198.51.100.0/27'), { description: 'Carrier, voice' }),
    allow(protocol(132), cidr('198.51.100.32/27'), { description: 'SCTP, carrier of last resort' }),
  ]),
  draft('cdn-origin', 'Only the CDN may reach the origin', { team: 'web' }, [
    allow(tcp('443'), addressGroup('cdn-edges')),
    deny(tcp('443'), anyone, { priority: 2, description: 'Not around the CDN' }),
    allow(tcp('443'), cidr('10.0.0.0/8'), {
      priority: 3,
      description: 'Never reached: the deny above comes first',
    }),
  ]),
  draft('ci-runners', 'Build machines fetch from everywhere and answer nobody', { team: 'delivery' }, []),
  draft('vulnerability-scanner', 'The scanner sees every port', { ...security, purpose: 'scan' }, [
    allow(anything, cidr('10.66.9.16/28'), { priority: 1, description: 'Scanner appliances' }),
  ]),
  draft('rdma-storage', 'RoCE between storage nodes', { team: 'storage' }, [
    allow(udp('4791'), group('rdma-storage')),
    allow(tcp('6789,6800-7300'), group('rdma-storage'), { description: 'Ceph' }),
  ]),
  only('empty', '', {}, []),
]
