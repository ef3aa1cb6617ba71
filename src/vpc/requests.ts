import * as z from 'zod/mini'
import { uuid } from './ids.ts'
import { boundedList, boundedText, MOST_VALUES } from './limits.ts'
import { MOST_GROUPS_PER_PORT } from './port.ts'

const groupIds = boundedList(uuid, MOST_GROUPS_PER_PORT, 'security groups').check(
  z.minLength(1, 'must name at least one security group'),
  z.maxLength(MOST_GROUPS_PER_PORT, `must name at most ${MOST_GROUPS_PER_PORT} security groups`),
  z.refine(
    (ids) => new Set(ids.map((id) => id.toLowerCase())).size === ids.length,
    'must not name a security group twice',
  ),
)

/**
 * Body of insert-security-groups (docs/platform.md, Insert, Tables 2 and 3), checked strictly.
 * `index` counts in the list as it is when the call arrives: 0 is the top, n is after the nth, left
 * out is the end.
 */
export const insertSecurityGroupsRequest = z.strictObject({
  port: z.strictObject({
    security_groups: groupIds,
    index: z.optional(
      z
        .int()
        .check(
          z.gte(0, 'must be 0 or more'),
          z.lte(MOST_GROUPS_PER_PORT, `must be at most ${MOST_GROUPS_PER_PORT}`),
        ),
    ),
  }),
  dry_run: z.optional(z.boolean()),
})

/** Body of insert-security-groups. */
export type InsertSecurityGroupsRequest = z.infer<typeof insertSecurityGroupsRequest>

/** Body of remove-security-groups (docs/platform.md, Remove), checked strictly. */
export const removeSecurityGroupsRequest = z.strictObject({
  port: z.strictObject({ security_groups: groupIds }),
  dry_run: z.optional(z.boolean()),
})

/** Body of remove-security-groups. */
export type RemoveSecurityGroupsRequest = z.infer<typeof removeSecurityGroupsRequest>

/** The most address pairs, and the most DHCP options, that a request names: more is none. */
const MOST_ENTRIES = 100
const shortText = z.optional(boundedText())

/**
 * Body of the port update (docs/platform.md, Replace), checked strictly. What is not given stays as
 * it is. `security_groups` becomes the port's list as it is here, in this order, at once; it can't
 * be empty. There is no dry run.
 */
export const updatePortRequest = z.strictObject({
  port: z
    .strictObject({
      name: shortText,
      security_groups: z.optional(groupIds),
      allowed_address_pairs: z.optional(
        boundedList(
          z.strictObject({ ip_address: shortText, mac_address: shortText }),
          MOST_ENTRIES,
          'address pairs',
        ),
      ),
      extra_dhcp_opts: z.optional(
        boundedList(z.strictObject({ opt_name: shortText, opt_value: shortText }), MOST_ENTRIES, 'options'),
      ),
    })
    .check(z.refine((port) => Object.keys(port).length > 0, 'must have at least one attribute')),
})

/** Body of the port update. */
export type UpdatePortRequest = z.infer<typeof updatePortRequest>

const single = z.optional(boundedText())
const many = z.optional(boundedList(boundedText(), MOST_VALUES, 'values'))
/** A page's size: 1 to 2000 (docs/platform.md, Calls). */
const limit = z.optional(z.int().check(z.gte(1, 'must be 1 or more'), z.lte(2000, 'must be at most 2000')))
const marker = single

/**
 * Filters of the ports list (docs/platform.md, Calls). Arrays repeat in the query: `id=a&id=b`;
 * each is matched whole.
 */
export const portsQuery = z.strictObject({
  limit,
  marker,
  id: many,
  name: many,
  description: many,
  status: many,
  device_id: many,
  device_owner: many,
  mac_address: many,
  private_ips: many,
  security_groups: many,
  virsubnet_id: many,
  vpc_id: many,
  admin_state_up: z.optional(z.boolean()),
  port_security_enabled: z.optional(z.boolean()),
  enterprise_project_id: single,
})

/** Filters of the ports list. */
export type PortsQuery = z.infer<typeof portsQuery>

/** Filters of the security groups list (docs/platform.md, Calls). */
export const securityGroupsQuery = z.strictObject({
  limit,
  marker,
  id: many,
  name: many,
  description: many,
  enterprise_project_id: single,
})

/** Filters of the security groups list. */
export type SecurityGroupsQuery = z.infer<typeof securityGroupsQuery>

/** Filters of the address groups list (docs/platform.md, Calls). */
export const addressGroupsQuery = z.strictObject({
  limit,
  marker,
  id: many,
  name: many,
  description: many,
  ip_version: z.optional(z.int()),
  enterprise_project_id: single,
})

/** Filters of the address groups list. */
export type AddressGroupsQuery = z.infer<typeof addressGroupsQuery>

/** Filters of the rules list (docs/platform.md, Calls). */
export const rulesQuery = z.strictObject({
  limit,
  marker,
  id: many,
  protocol: many,
  description: many,
  direction: single,
  action: single,
  priority: z.optional(z.int()),
  ethertype: single,
  enabled: z.optional(z.boolean()),
  security_group_id: many,
  remote_group_id: many,
  remote_ip_prefix: many,
  remote_address_group_id: many,
})

/** Filters of the rules list. */
export type RulesQuery = z.infer<typeof rulesQuery>

/**
 * The values of a query string, typed by the schema that will check them: names in `numbers` become
 * numbers and names in `booleans` become booleans where they read as such, names that the schema
 * has as arrays become arrays. What does not read stays a string, and a name that is there several
 * times becomes a list of them, for the schema to refuse by name.
 */
export function readQuery(
  schema: z.ZodMiniObject,
  params: Iterable<readonly [string, string]>,
): Record<string, unknown> {
  const query: Record<string, unknown> = Object.create(null)
  for (const [name, text] of params) {
    const kind = fieldKind(schema, name)
    const earlier = query[name]
    if (Array.isArray(earlier)) earlier.push(text)
    else if (earlier !== undefined) query[name] = [earlier, text]
    else if (kind === 'array') query[name] = [text]
    else if (kind === 'number' && /^-?\d+$/.test(text)) query[name] = Number(text)
    else if (kind === 'boolean' && (text === 'true' || text === 'false')) query[name] = text === 'true'
    else query[name] = text
  }
  return { ...query }
}

/** True when a query that `readQuery` read gives a name several values where one is meant. */
export function isRepeated(schema: z.ZodMiniObject, query: unknown, name: string): boolean {
  const kind = fieldKind(schema, name)
  return kind !== undefined && kind !== 'array' && Array.isArray((query as Record<string, unknown>)[name])
}

type Field = { _zod: { def: { type: string; innerType?: Field; in?: Field } } }

/** The type of a field: of what an optional one holds, and of what a list is read from. */
function fieldKind(schema: z.ZodMiniObject, name: string): string | undefined {
  let field = Object.hasOwn(schema.shape, name) ? (schema.shape[name] as Field | undefined) : undefined
  for (;;) {
    const def = field?._zod.def
    const inner = def?.innerType ?? def?.in
    if (!inner) return def?.type
    field = inner
  }
}
