import type { DocumentedPort as Port } from '../../vpc/port.ts'
import { timeAt, uuidOf } from './chance.ts'
import type { Subnet } from './networks.ts'

/** A port before it has IDs; what is left out is as the platform fills it in. */
export type PortDraft = {
  name: string
  /** Kind of device; `compute` becomes `compute:` and the zone of the subnet. */
  owner: string
  subnet: Subnet
  /** Host part of the address in the subnet. */
  host: number
  /** IDs of the port's groups, the first wins. */
  groups: readonly string[]
  status?: 'ACTIVE' | 'BUILD' | 'DOWN'
  description?: string
  tags?: Record<string, string>
  /** False for a port with IPv4 only in a subnet that has IPv6 too. */
  dualStack?: boolean
  more?: Partial<Port>
}

/**
 * A port as the platform shows it (docs/platform.md, Objects, Tables 5 to 10).
 * @param place what makes its ID and its times differ from those of other ports.
 */
export function makePort(projectId: string, place: number, draft: PortDraft): Port {
  const { subnet, host } = draft
  const id = uuidOf('port', projectId, place)
  const compute = draft.owner === 'compute'
  const device = draft.owner === '' ? '' : uuidOf('device', projectId, place)
  const bound = device !== '' && draft.status !== 'BUILD'
  const ipv6 = draft.dualStack === false ? undefined : subnet.ipv6
  return {
    id,
    name: draft.name,
    description: draft.description ?? '',
    admin_state_up: true,
    status: draft.status ?? 'ACTIVE',
    project_id: projectId,
    tenant_id: projectId,
    device_id: device,
    device_owner: compute ? `compute:${subnet.zone_id}` : draft.owner,
    ecs_flavor: compute ? (['s6.large.2', 'c7.xlarge.4', 'm7.2xlarge.8'][place % 3] as string) : '',
    instance_id: '',
    instance_type: '',
    instance_info: {},
    mac_address: macAddress(projectId, place),
    port_security_enabled: true,
    private_ips: [
      { subnet_cidr_id: subnet.ipv4.subnet_cidr_id, ip_address: `${subnet.ipv4.prefix}${host}` },
      ...(ipv6
        ? [{ subnet_cidr_id: ipv6.subnet_cidr_id, ip_address: `${ipv6.prefix}${host.toString(16)}` }]
        : []),
    ],
    virsubnet_id: subnet.virsubnet_id,
    vpc_id: subnet.vpc_id,
    vpc_tenant_id: projectId,
    vtep_ip: bound ? `172.31.${place % 200}.${(place % 250) + 2}` : '',
    zone_id: subnet.zone_id,
    scope: subnet.scope,
    position_type: subnet.scope === 'center' ? 'center' : 'edge',
    enable_efi: false,
    security_groups: [...draft.groups],
    allowed_address_pairs: [],
    extra_dhcp_opts: [],
    tags: Object.entries(draft.tags ?? {}).map(([key, value]) => ({ key, value })),
    'binding:host_id': bound ? `host-${subnet.zone_id}-${String((place % 40) + 1).padStart(2, '0')}` : '',
    'binding:vif_type': bound ? 'ovs' : 'unbound',
    'binding:vnic_type': 'normal',
    'binding:vif_details': bound
      ? { primary_interface: compute, port_filter: true, ovs_hybrid_plug: true }
      : {},
    'binding:profile': {},
    'binding:migration_info': {},
    created_at: timeAt(place * 7),
    updated_at: timeAt(place * 7 + (place % 5) * 24),
    ...draft.more,
  }
}

/**
 * A MAC address that no other port of the project has: multiplying by an odd number repeats nothing
 * below 2^24.
 */
function macAddress(projectId: string, place: number): string {
  const number = (Math.imul(place, 0x9e3779) + parseInt(projectId.slice(0, 6), 16)) & 0xffffff
  return `fa:16:3e:${number
    .toString(16)
    .padStart(6, '0')
    .replace(/..(?=.)/g, '$&:')}`
}

/**
 * The port of the reference's example as it is before the example's request
 * (docs/platform.md, Insert).
 */
export const referencePort: Port = {
  name: '',
  id: '99fd0c77-56b4-4bf6-8365-df352e45d5fc',
  admin_state_up: true,
  status: 'DOWN',
  project_id: 'f5dab68cd75740e68c599e9af5fe0aed',
  device_id: '',
  mac_address: 'fa:16:3e:1f:17:df',
  device_owner: '',
  description: '',
  zone_id: '',
  scope: 'center',
  position_type: 'center',
  created_at: '2023-05-10T01:35:02.000+00:00',
  updated_at: '2023-05-10T01:35:02.000+00:00',
  port_security_enabled: true,
  tags: [],
  security_groups: ['567be4e3-d171-46ce-9e8a-c15e91cfe86a', '4940b983-5992-4663-bed9-d1d1e15d1009'],
  allowed_address_pairs: [],
  extra_dhcp_opts: [],
  instance_id: '',
  instance_type: '',
  ecs_flavor: '',
  enable_efi: false,
  virsubnet_id: '3847b263-2370-45c0-8236-38a1de568049',
  private_ips: [{ subnet_cidr_id: 'ffe98087-6d4f-45cd-988b-1c87f75d2d53', ip_address: '192.168.158.228' }],
  'binding:host_id': '',
  'binding:vif_type': 'unbound',
  'binding:vnic_type': 'normal',
  'binding:vif_details': {},
  'binding:profile': {},
  'binding:migration_info': {},
}
