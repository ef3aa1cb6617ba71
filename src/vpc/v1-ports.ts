import * as z from 'zod/mini'
import type { PortResponse, PortsResponse } from './responses.ts'
import { addressesOf, portSecurityOf } from './port-facts.ts'
import { port as documentedPort, type Port } from './port.ts'
import type { PortsQuery } from './requests.ts'
import { shown } from './shown-field.ts'
import { isObject, textOf } from './shown.ts'
import { UNREADABLE } from './unreadable-marks.ts'
import { unreadableEntries } from './unreadable.ts'
import { V1_READ } from './v1-read.ts'

// The port reads in their old form (docs/platform.md, Regions without v3): some regions have no v3
// read.

const at = (project: string) => `/v1/${encodeURIComponent(project)}/ports`
/** The paths of the old reads. IDs are percent-encoded. */
export const v1Paths = {
  ports: (project: string) => at(project),
  port: (project: string, portId: string) => `${at(project)}/${encodeURIComponent(portId)}`,
} as const

/** Default and largest `limit` of the old list. */
export const V1_MAX_PAGE = 2000

const many = z.optional(z.array(z.string()))
const text = z.optional(z.string())

/**
 * Filters of the old ports list (the official SDK's v2 ListPortsRequest). Arrays repeat in the
 * query.
 */
export const v1PortsQuery = z.strictObject({
  limit: z.optional(
    z.int().check(z.gte(1, 'must be 1 or more'), z.lte(V1_MAX_PAGE, `must be at most ${V1_MAX_PAGE}`)),
  ),
  marker: text,
  id: many,
  name: text,
  admin_state_up: z.optional(z.boolean()),
  network_id: text,
  mac_address: text,
  device_id: text,
  device_owner: text,
  status: text,
  security_groups: many,
  /** `ip_address=10.0.0.5` or `subnet_id=...`, as the platform wants it. */
  fixed_ips: many,
  enterprise_project_id: text,
  enable_efi: z.optional(z.boolean()),
})
/** Filters of the old ports list. */
type V1PortsQuery = z.infer<typeof v1PortsQuery>

/**
 * A port in the old form (the official SDK's v2 Port): network and addresses under their old names.
 */
const portInV1 = z.looseObject({
  ...documentedPort.shape,
  network_id: shown,
  fixed_ips: shown,
  tenant_id: shown,
})
/** A port in the old form. */
export type V1Port = z.infer<typeof portInV1>

/**
 * Response of the old show port and of the port update (docs/platform.md, Replace), as the new show
 * port has it. Its request ID is in the header `X-Request-Id` only.
 */
export const v1PortResponse = z.pipe(
  z.looseObject({ port: portInV1, request_id: shown }),
  z.transform((response): PortResponse => ({ ...response, port: portOfV1(response.port) })),
)
/** Response of the old list ports, as the new one but without page_info, which it does not have. */
export const v1PortsResponse = z.pipe(
  z.looseObject({ ports: z.array(portInV1), request_id: shown, [UNREADABLE]: z.optional(unreadableEntries) }),
  z.transform((response): PortsResponse => ({ ...response, ports: response.ports.map(portOfV1) })),
)

/**
 * A port of the old form in the documented one: `fixed_ips` becomes `private_ips`, `network_id`
 * becomes `virsubnet_id`, and `project_id` is the tenant's, which is the same. What the old form
 * has besides is kept; what it lacks stays missing.
 */
function portOfV1({ network_id, fixed_ips, ...rest }: V1Port): Port {
  return {
    ...rest,
    ...(rest.project_id === undefined && rest.tenant_id !== undefined && { project_id: rest.tenant_id }),
    ...(network_id !== undefined && { virsubnet_id: network_id }),
    ...(fixed_ips !== undefined && {
      private_ips: Array.isArray(fixed_ips) ? fixed_ips.map(privateIpOfV1) : fixed_ips,
    }),
    [V1_READ]: true,
  }
}

function privateIpOfV1(fixed: unknown): unknown {
  if (!isObject(fixed)) return fixed
  const { subnet_id, ...ip } = fixed
  return { ...ip, ...(subnet_id !== undefined && { subnet_cidr_id: subnet_id }) }
}

/** What of a query the old list can do, and what must be filtered out of its response. */
export type V1Query = {
  /** Goes to the platform. */
  query: V1PortsQuery
  /**
   * Filters that the old list does not have, or takes one value of only: their names, and which
   * ports they let through.
   */
  rest: readonly string[]
  matches: (port: Port) => boolean
}

/** Filters by fields that a port of the old form does not have. */
const NOT_IN_V1 = ['description', 'vpc_id'] as const
/** Filters that the old list takes one value of, by their names there. */
const SINGLE = {
  name: 'name',
  status: 'status',
  device_id: 'device_id',
  device_owner: 'device_owner',
  mac_address: 'mac_address',
  virsubnet_id: 'network_id',
} as const

/**
 * Translates the filters of the ports list (src/vpc/requests.ts) to the old one, paging left aside.
 * Several values of `security_groups` are not left to the platform: whether a port must have one or
 * all of them there is not documented.
 * @returns the names of filters that can't be applied to ports of the old form at all, else the
 *   translation
 */
export function v1Query(asked: PortsQuery): { impossible: string[] } | V1Query {
  const { limit: _limit, marker: _marker, ...filters } = asked
  const impossible = NOT_IN_V1.filter((name) => filters[name] !== undefined)
  if (impossible.length > 0) return { impossible }

  const { id, admin_state_up, enterprise_project_id, security_groups, private_ips, port_security_enabled } =
    filters
  const query: V1PortsQuery = { id, admin_state_up, enterprise_project_id }
  const rest: [string, (port: Port) => boolean][] = []
  for (const [name, there] of Object.entries(SINGLE) as [keyof typeof SINGLE, 'name'][]) {
    const values = filters[name]
    if (values?.length === 1) query[there] = values[0]
    else if (values) rest.push([name, (port) => values.includes(textOf(port[name]) ?? '')])
  }
  if (security_groups?.length === 1) query.security_groups = security_groups
  else if (security_groups)
    rest.push([
      'security_groups',
      (port) => port.security_groups.some((one) => security_groups.includes(one)),
    ])
  if (private_ips?.length === 1) query.fixed_ips = [`ip_address=${private_ips[0]}`]
  else if (private_ips)
    rest.push(['private_ips', (port) => addressesOf(port).some((address) => private_ips.includes(address))])
  if (port_security_enabled !== undefined)
    rest.push(['port_security_enabled', (port) => portSecurityOf(port) === port_security_enabled])
  return {
    query,
    rest: rest.map(([name]) => name),
    matches: (port) => rest.every(([, matches]) => matches(port)),
  }
}

/**
 * The same for the native list (v2.0): it takes one ID only, and knows no enterprise projects,
 * which are Huawei's own.
 */
export function nativePortsQuery({ query, rest, matches }: V1Query): V1Query {
  const { id, enterprise_project_id: _, ...others } = query
  if (id === undefined || id.length === 1) return { query: { ...others, id }, rest, matches }
  return {
    query: others,
    rest: [...rest, 'id'],
    matches: (port) => id.includes(port.id) && matches(port),
  }
}
