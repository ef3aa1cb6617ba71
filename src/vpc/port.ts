import * as z from 'zod/mini'
import { shown } from './shown-field.ts'

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
 * Port (docs/platform.md, Objects, Tables 5 to 10). Only what decides must have its documented
 * form: the ID, and the ordered list of groups. All else is kept as it came and only shown:
 * `shown.ts` reads it, `port-field-departure.ts` says where it departs from the documentation.
 */
export const port = z.looseObject({
  id: z
    .string()
    .check(
      z.minLength(1, 'must not be empty'),
      z.maxLength(LONGEST_ID, `is longer than ${LONGEST_ID} characters`),
    ),
  security_groups: z
    .array(z.string().check(z.maxLength(LONGEST_ID, `is longer than ${LONGEST_ID} characters`)))
    .check(z.maxLength(MOST_GROUPS_READ, `has more than ${MOST_GROUPS_READ} entries`)),
  name: shown,
  status: shown,
  description: shown,
  project_id: shown,
  tenant_id: shown,
  admin_state_up: shown,
  port_security_enabled: shown,
  private_ips: shown,
  allowed_address_pairs: shown,
  mac_address: shown,
  device_id: shown,
  device_owner: shown,
  virsubnet_id: shown,
  vpc_id: shown,
  vpc_tenant_id: shown,
  created_at: shown,
  updated_at: shown,
  tags: shown,
  instance_id: shown,
  instance_type: shown,
  instance_info: shown,
  ecs_flavor: shown,
  zone_id: shown,
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

type Text = string | null | undefined

/**
 * A port in the documented form (docs/platform.md, Objects, Tables 5 to 10), as the emulator makes
 * it.
 */
export type DocumentedPort = Port & {
  name?: Text
  status?: Text
  description?: Text
  project_id?: Text
  admin_state_up?: boolean | null | undefined
  port_security_enabled?: boolean | null | undefined
  private_ips?: { subnet_cidr_id?: Text; ip_address?: Text }[] | null | undefined
  allowed_address_pairs?: { ip_address?: Text; mac_address?: Text }[] | null | undefined
  mac_address?: Text
  device_id?: Text
  device_owner?: Text
  virsubnet_id?: Text
  vpc_id?: Text
  created_at?: Text
  updated_at?: Text
  tags?: { key: string; value?: Text }[] | null | undefined
  instance_id?: Text
  instance_type?: Text
  zone_id?: Text
}
