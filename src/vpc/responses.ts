import * as z from 'zod/mini'
import { addressGroup } from './address-group.ts'
import { port } from './port.ts'
import { securityGroup, securityGroupRule, securityGroupWithRules } from './security-group.ts'
import { shown } from './shown-field.ts'
import { UNREADABLE } from './unreadable-marks.ts'
import { unreadableEntries } from './unreadable.ts'

/** Only shown, and only where it is a text. */
const requestId = shown

/**
 * page_info of every list (docs/platform.md, Calls). `next_marker` is missing on the last page; it
 * decides whether there is another one.
 */
const pageInfo = z.looseObject({
  previous_marker: shown,
  next_marker: z.nullish(z.string()),
  current_count: shown,
})

/** Of the proxy's responses: the entries of a list that it left out, as they can't be read. */
const unreadable = { [UNREADABLE]: z.optional(unreadableEntries) }

/** Response of show port, insert and remove, status 200 (docs/platform.md, Insert, Table 4). */
export const portResponse = z.looseObject({ port, request_id: requestId })
/** Response with one port. */
export type PortResponse = z.infer<typeof portResponse>

/**
 * Response of a passed dry run, status 202 (docs/platform.md, Insert, Table 2, `dry_run`). The
 * reference names no body; where the platform sends one, it is passed on as it came.
 */
export const dryRunResponse = z.looseObject({ request_id: requestId, port: shown })

/** Response of list ports. */
export const portsResponse = z.looseObject({
  ports: z.array(port),
  page_info: z.nullish(pageInfo),
  request_id: requestId,
  ...unreadable,
})
/** One page of ports. */
export type PortsResponse = z.infer<typeof portsResponse>

/** Response of list security groups. */
export const securityGroupsResponse = z.looseObject({
  security_groups: z.array(securityGroup),
  page_info: z.nullish(pageInfo),
  request_id: requestId,
  ...unreadable,
})

/** Response of show security group, with its rules. */
export const securityGroupResponse = z.looseObject({
  security_group: securityGroupWithRules,
  request_id: requestId,
  ...unreadable,
})

/** Response of list rules. */
export const rulesResponse = z.looseObject({
  security_group_rules: z.array(securityGroupRule),
  page_info: z.nullish(pageInfo),
  request_id: requestId,
  ...unreadable,
})

/** Response of list address groups. */
export const addressGroupsResponse = z.looseObject({
  address_groups: z.array(addressGroup),
  page_info: z.nullish(pageInfo),
  request_id: requestId,
  ...unreadable,
})
/** Response of list address groups. */
export type AddressGroupsResponse = z.infer<typeof addressGroupsResponse>
