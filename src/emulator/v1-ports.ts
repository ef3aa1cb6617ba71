import type { DocumentedPort as Port } from '../vpc/port.ts'
import type { V1Port } from '../vpc/v1-ports.ts'

/**
 * A port as the old reads show it (docs/platform.md, Regions without v3; the official SDK's v2
 * Port): the network and its addresses under their old names, and nothing that came with v3.
 */
export function v1Port(port: Port): V1Port {
  const dnsName = port.private_ips?.[0]?.ip_address?.replaceAll(/[.:]/g, '-')
  return {
    id: port.id,
    name: port.name,
    status: port.status,
    admin_state_up: port.admin_state_up,
    network_id: port.virsubnet_id,
    tenant_id: port.project_id,
    fixed_ips: (port.private_ips ?? []).map((ip) => ({
      subnet_id: ip.subnet_cidr_id,
      ip_address: ip.ip_address,
    })),
    mac_address: port.mac_address,
    device_id: port.device_id,
    device_owner: port.device_owner,
    security_groups: port.security_groups,
    extra_dhcp_opts: port.extra_dhcp_opts ?? [],
    allowed_address_pairs: port.allowed_address_pairs ?? [],
    'binding:vnic_type': port['binding:vnic_type'],
    'binding:vif_details': port['binding:vif_details'] ?? {},
    'binding:profile': port['binding:profile'] ?? {},
    port_security_enabled: port.port_security_enabled,
    dns_name: dnsName ? `ip-${dnsName}` : '',
    dns_assignment: [],
    zone_id: port.zone_id,
    instance_id: port.instance_id,
    instance_type: port.instance_type,
    enable_efi: port.enable_efi ?? false,
  }
}
