import * as z from 'zod/mini'

/**
 * At most this many security groups on one port, where a project has no limit of its own
 * (docs/platform.md, Limits).
 */
export const DEFAULT_GROUPS_PER_PORT = 100

/** A longer list can't be the platform's: the quota can be raised, but not so far. */
const MOST_GROUPS_READ = 1000
const LONGEST_ID = 255

/**
 * No project's limit is higher, and no list of a request longer. What the journal keeps of an
 * operation grows by its square: with 200 groups and as many steps, to some megabytes.
 */
export const MOST_GROUPS_PER_PORT = 200

/**
 * A field that Portside only shows. Whatever the platform sends is kept, so that one odd value in a
 * field that nothing depends on does not hide a port; `port-fields.ts` says where a value departs
 * from the documentation.
 */
const shown = z.optional(z.unknown())
const text = z.nullish(z.string())

/** PrivateIpInfo (docs/platform.md, Objects, Table 7). */
export const privateIp = z.looseObject({ subnet_cidr_id: text, ip_address: text })

/** ResponseTag (docs/platform.md, Objects, Table 9). */
export const tag = z.looseObject({ key: z.string(), value: text })

/** AllowedAddressPair (docs/platform.md, Objects, Table 10). */
export const allowedAddressPair = z.looseObject({ ip_address: text, mac_address: text })

/**
 * Port (docs/platform.md, Objects, Tables 5 to 10), parsed tolerantly: unknown fields and unknown
 * values of an enumeration are kept, optional fields may be missing or null. The fields that the
 * console decides by must have their documented type; the rest is `unknown` and shown as it came.
 */
export const port = z.looseObject({
  id: z.string(),
  security_groups: z
    .array(z.string().check(z.maxLength(LONGEST_ID, `is longer than ${LONGEST_ID} characters`)))
    .check(z.maxLength(MOST_GROUPS_READ, `has more than ${MOST_GROUPS_READ} entries`)),
  name: text,
  status: text,
  description: text,
  project_id: text,
  tenant_id: shown,
  admin_state_up: z.nullish(z.boolean()),
  port_security_enabled: z.nullish(z.boolean()),
  private_ips: z.nullish(z.array(privateIp)),
  allowed_address_pairs: z.nullish(z.array(allowedAddressPair)),
  mac_address: text,
  device_id: text,
  device_owner: text,
  virsubnet_id: text,
  vpc_id: text,
  vpc_tenant_id: shown,
  created_at: text,
  updated_at: text,
  tags: z.nullish(z.array(tag)),
  instance_id: text,
  instance_type: text,
  instance_info: shown,
  ecs_flavor: shown,
  zone_id: text,
  scope: shown,
  position_type: shown,
  enable_efi: shown,
  vtep_ip: shown,
  extra_dhcp_opts: shown,
  'binding:host_id': shown,
  'binding:profile': shown,
  'binding:vif_details': shown,
  'binding:vif_type': shown,
  'binding:vnic_type': shown,
  'binding:migration_info': shown,
})

/** A port as the platform returned it; `security_groups` is ordered, the first group wins. */
export type Port = z.infer<typeof port>
