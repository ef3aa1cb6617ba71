import type { DocumentedPort as Port } from '../../vpc/port.ts'
import { uuidOf } from './chance.ts'
import { idOf, type GroupIds } from './make-groups.ts'
import { makePort, referencePort, type PortDraft } from './make-port.ts'
import { subnets, type SubnetName } from './networks.ts'
import { partnerGroups, tierGroups } from './groups-applications.ts'

/** A port with its subnet and groups by name. */
type Row = Omit<PortDraft, 'subnet' | 'groups'> & { subnet: SubnetName; groups: readonly string[] }

const LONG_NAME = (
  'prod-eu-west-101a-shop-checkout-frontend-blue-green-canary-pool-03-replaced-2024-11-05-after-incident-INC-48213-' +
  'keep-until-the-postmortem-is-closed-and-the-finance-team-has-confirmed-that-no-invoice-run-depends-on-the-old-address-' +
  'of-this-network-interface'
).padEnd(255, '-x')

const server = (
  name: string,
  subnet: SubnetName,
  host: number,
  groups: readonly string[],
  more: Partial<Row> = {},
): Row => ({ name, owner: 'compute', subnet, host, groups, ...more })

const service = (
  owner: string,
  name: string,
  subnet: SubnetName,
  host: number,
  groups: readonly string[] = [],
  more: Partial<Row> = {},
): Row => ({ name, owner, subnet, host, groups, ...more })

const admin = ['bastion-ssh', 'monitoring-agents', 'icmp-basic']

const rows: readonly Row[] = [
  // Servers of the applications.
  server('shop-prod-web-01', 'web', 11, ['deny-known-attackers', 'shop-prod-web', 'web-public', ...admin], {
    tags: { app: 'shop', env: 'prod', tier: 'web' },
    description: 'Front end 1 of 3',
  }),
  server('shop-prod-web-02', 'web', 12, ['deny-known-attackers', 'shop-prod-web', 'web-public', ...admin], {
    tags: { app: 'shop', env: 'prod', tier: 'web' },
    description: 'Front end 2 of 3',
  }),
  server('shop-prod-web-03', 'web', 13, ['web-public', 'quarantine', 'shop-prod-web'], {
    tags: { app: 'shop', env: 'prod', tier: 'web', incident: 'INC-48213' },
    description: 'Quarantined, but below web-public: ports 80 and 443 are still open',
  }),
  server(LONG_NAME, 'web', 14, ['shop-prod-web', 'web-public']),
  server('shop-prod-app-01', 'app', 11, ['shop-prod-app', ...admin], { tags: { app: 'shop', env: 'prod' } }),
  server('shop-prod-app-02', 'app', 12, ['shop-prod-app', ...admin], { tags: { app: 'shop', env: 'prod' } }),
  server('shop-prod-db-01', 'db', 11, ['shop-prod-db', 'deny-admin-ports', 'bastion-ssh', 'backup-targets']),
  server('shop-stage-web-01', 'web', 41, ['shop-stage-web'], { tags: { app: 'shop', env: 'stage' } }),
  server('shop-stage-app-01', 'app', 41, ['shop-stage-app', 'ssh-from-anywhere'], { status: 'DOWN' }),
  server('payments-prod-web-01', 'web', 61, ['pci-isolation', 'payments-prod-web', 'bastion-ssh']),
  server('payments-prod-app-01', 'app', 61, ['pci-isolation', 'payments-prod-app', 'egress-web-only']),
  server('payments-prod-app-02', 'app', 62, ['payments-prod-app', 'pci-isolation', 'egress-web-only'], {
    description: 'Same groups as payments-prod-app-01 in another order',
  }),
  server('crm-prod-web-01', 'web', 81, ['cdn-origin', 'crm-prod-web', 'deny-smb-rpc']),
  server(
    'crm-prod-app-01',
    'app',
    81,
    [
      'quarantine-forensics',
      'deny-known-attackers',
      'deny-admin-ports',
      'deny-smb-rpc',
      'maintenance-freeze',
      'crm-prod-app',
      'load-balancer-health',
      'monitoring-agents',
      'log-shippers',
      'backup-targets',
      'vulnerability-scanner',
      'default',
    ],
    { description: 'Twelve groups', tags: { app: 'crm', env: 'prod', review: 'due:2025-01' } },
  ),
  server(
    'partner-gateway-01',
    'bastion',
    12,
    [
      'deny-known-attackers',
      'deny-admin-ports',
      ...admin,
      'log-shippers',
      'backup-targets',
      'vulnerability-scanner',
      'load-balancer-health',
      'dns-resolvers',
      'ntp-servers',
      ...tierGroups.map((group) => group.name),
      ...partnerGroups.map((group) => group.name),
      'office-vpn',
      'vpc-endpoints',
      'sip-trunks',
      'rds-instances',
      'default',
    ],
    { description: 'One group per partner: the list is full', tags: { team: 'partners' } },
  ),
  // Shared services.
  server('bastion-a', 'bastion', 4, ['office-vpn', 'egress-web-only', 'icmp-basic']),
  server('bastion-b', 'bastion', 5, ['office-vpn', 'egress-web-only', 'icmp-basic'], { status: 'BUILD' }),
  server('prometheus', 'shared', 10, ['bastion-ssh', 'default']),
  server('log-collector', 'shared', 20, ['log-shippers', 'bastion-ssh', 'default']),
  server('k8s-node-1', 'app', 101, ['kubernetes-nodes', ...admin], {
    more: { allowed_address_pairs: [{ ip_address: '172.16.0.0/12', mac_address: '' }] },
  }),
  server('k8s-node-2', 'app', 102, ['kubernetes-nodes', ...admin], {
    more: {
      'binding:migration_info': { 'binding:vif_type': 'ovs', 'binding:vif_details': { port_filter: true } },
    },
  }),
  server('k8s-control-1', 'app', 111, ['kubernetes-control', ...admin]),
  server('firewall-appliance', 'shared', 2, ['enterprise-router'], {
    description: 'Forwards for others: source and destination check is off',
    more: {
      port_security_enabled: false,
      allowed_address_pairs: [{ ip_address: '1.1.1.1/0', mac_address: 'fa:16:3e:00:00:01' }],
    },
  }),
  server('sr-iov-hana-01', 'db', 71, ['rdma-storage'], {
    status: 'DOWN',
    description: 'HANA, SR-IOV: the status is always DOWN',
    more: { 'binding:vnic_type': 'direct', 'binding:vif_type': 'hw_veb', enable_efi: true },
  }),
  server('bms-storage-01', 'db', 72, ['rdma-storage', 'bastion-ssh'], {
    more: {
      'binding:vnic_type': 'baremetal',
      'binding:profile': { local_link_information: [{ port_id: 'Eth1/7' }] },
    },
  }),
  server('pxe-install', 'db', 90, [], {
    description: 'No group: nothing passes',
    status: 'BUILD',
    more: {
      extra_dhcp_opts: [
        { opt_name: 'bootfile-name', opt_value: 'pxelinux.0' },
        { opt_name: 'tftp-server', opt_value: '10.240.8.30' },
        { opt_name: '51', opt_value: '24h' },
      ],
    },
  }),
  // Names as people write them.
  server('生产环境-订单服务-01', 'app', 121, ['生产环境-数据库', 'icmp-basic'], {
    description: '订单服务主节点',
    tags: { 部门: '基础设施', env: 'prod' },
  }),
  server('東京バッチ処理サーバー', 'edge', 21, ['東京-バッチ'], { description: '夜間のみ稼働' }),
  server('сервер-отчётов', 'office', 21, ['Отчёты', 'active-directory']),
  server('خادم-التقارير', 'office', 22, ['Отчёты'], { status: 'DOWN' }),
  server('', 'office', 23, ['Sys-WebServer']),
  server(
    'erp',
    'office',
    50,
    ['legacy-erp-do-not-touch-before-the-migration-of-2025-is-over-ok', 'Sys-FullAccess'],
    {
      description: 'Do not touch. See ERP-2231.',
      tags: { app: 'erp', 'do-not-touch': '' },
      // No deny rules, no address groups, no inconsecutive ports (docs/platform.md, Limits).
      more: { ecs_flavor: 'm1.large' },
    },
  ),
  server('domain-controller-1', 'office', 10, ['active-directory', 'bastion-rdp', 'deny-smb-rpc'], {
    // No inconsecutive ports.
    more: { ecs_flavor: 's1.xlarge' },
  }),
  server('edge-cache-1', 'edge', 31, ['web-public', 'bastion-ssh'], { tags: { site: 'edge1' } }),
  // What the platform makes without being asked.
  service('network:dhcp', '', 'web', 2, ['default'], { dualStack: false }),
  service('network:dhcp', '', 'edge', 2, ['default'], { dualStack: false }),
  service('network:router_interface_distributed', '', 'web', 1, [], {
    more: { port_security_enabled: false },
  }),
  service('network:router_interface_distributed', '', 'app', 1, [], {
    more: { port_security_enabled: false },
  }),
  service('neutron:VIP_PORT', 'shop-vip', 'web', 100, ['vip-failover'], { status: 'DOWN' }),
  service('neutron:LOADBALANCERV2', 'elb-shared', 'web', 201, ['load-balancer-front']),
  service('neutron:LOADBALANCERV3', 'elb-dedicated', 'web', 202, [
    'deny-known-attackers',
    'load-balancer-front',
  ]),
  service('network:endpoint_interface', 'vpcep-obs', 'shared', 60, ['vpc-endpoints']),
  service('network:nat_gateway', 'nat-production', 'shared', 70, ['nat-gateway']),
  service('network:ucmp', 'er-attachment', 'shared', 80, ['enterprise-router']),
  service('compute', 'rds-shop', 'db', 31, ['rds-instances', 'pci-isolation'], {
    more: {
      instance_id: uuidOf('rds', 'shop'),
      instance_type: 'RDS',
      instance_info: { name: 'rds-shop-primary', engine: 'MySQL 8.0' },
    },
  }),
]

/**
 * The main project's ports: the reference's example port, then an estate with every kind of port.
 */
export function mainPorts(projectId: string, ids: GroupIds): Port[] {
  return [referencePort, ...makePorts(projectId, rows, ids)]
}

/** Ports from rows, with subnets and groups found by name. */
export function makePorts(projectId: string, drafts: readonly Row[], ids: GroupIds): Port[] {
  return drafts.map(({ subnet, groups, ...draft }, place) =>
    makePort(projectId, place, {
      ...draft,
      subnet: subnets[subnet],
      groups: groups.map((name) => idOf(ids, name)),
    }),
  )
}

/** The second project's ports: a small estate of a few servers. */
export const secondProjectRows: readonly Row[] = [
  server('lab-jump', 'bastion', 20, ['lab-ssh', 'default']),
  server('lab-runner-1', 'app', 200, ['lab-ssh', 'lab-web', 'default'], { tags: { env: 'lab' } }),
  server('lab-runner-2', 'app', 201, ['lab-deny-all', 'lab-web'], { status: 'DOWN' }),
  server('', 'app', 202, [], { status: 'BUILD' }),
  service('neutron:VIP_PORT', 'lab-vip', 'app', 210, ['default'], { status: 'DOWN' }),
]
