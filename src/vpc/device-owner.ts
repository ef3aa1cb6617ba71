/** Device owners in words (docs/platform.md, Objects, Table 5, `device_owner`). */
const WORDS: Readonly<Record<string, string>> = {
  'network:dhcp': 'DHCP service',
  'network:router_interface_distributed': 'Subnet gateway',
  'neutron:VIP_PORT': 'Virtual IP address',
  'neutron:LOADBALANCERV2': 'Shared load balancer',
  'neutron:LOADBALANCERV3': 'Dedicated load balancer',
  'network:endpoint_interface': 'VPC endpoint',
  'network:nat_gateway': 'NAT gateway',
  'network:ucmp': 'Enterprise Router (UCMP)',
}

/** Of a cloud server's port; what follows is the name of its AZ. */
const SERVER = 'compute:'

/**
 * The documented device owners that are one fixed value; a cloud server's carries the name of its
 * AZ.
 */
export const FIXED_DEVICE_OWNERS: readonly string[] = Object.keys(WORDS)

/**
 * A device owner in words: the documented ones by what they mean, any other as it came. Empty text
 * for none.
 */
export function deviceOwnerWords(owner: string | null | undefined): string {
  if (owner === null || owner === undefined || owner === '') return ''
  if (owner.startsWith(SERVER) && owner.length > SERVER.length)
    return `Cloud server (${owner.slice(SERVER.length)})`
  return Object.hasOwn(WORDS, owner) ? (WORDS[owner] as string) : owner
}

/**
 * True for a value of `device_owner` that is documented, the empty one of a port without a device
 * among them.
 */
export function isDocumentedDeviceOwner(owner: string): boolean {
  return owner === '' || deviceOwnerWords(owner) !== owner
}
