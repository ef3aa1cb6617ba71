import * as z from 'zod/mini'
import { boundedList, boundedText, MOST_VALUES } from './limits.ts'

// Groups and rules in their old forms, and all lists in the native form of OpenStack
// (docs/platform.md, Regions without v3). The old list of ports is in v1-ports.ts.

const v1 = (project: string, rest: string) => `/v1/${encodeURIComponent(project)}/${rest}`

/** The paths of the old lists of groups and rules. IDs are percent-encoded. */
export const v1GroupPaths = {
  securityGroups: (project: string) => v1(project, 'security-groups'),
  securityGroup: (project: string, group: string) =>
    v1(project, `security-groups/${encodeURIComponent(group)}`),
  rules: (project: string) => v1(project, 'security-group-rules'),
} as const

/**
 * The paths of the native form. The project is not in them: it is that of the credential, and of
 * the header `X-Project-Id`.
 */
export const nativePaths = {
  ports: '/v2.0/ports',
  port: (port: string) => `/v2.0/ports/${encodeURIComponent(port)}`,
  securityGroups: '/v2.0/security-groups',
  securityGroup: (group: string) => `/v2.0/security-groups/${encodeURIComponent(group)}`,
  rules: '/v2.0/security-group-rules',
} as const

const single = z.optional(boundedText())
const many = z.optional(boundedList(boundedText(), MOST_VALUES, 'values'))
const paging = {
  limit: z.optional(z.int().check(z.gte(1, 'must be 1 or more'), z.lte(2000, 'must be at most 2000'))),
  marker: single,
}

/** Filters of the old list of groups (the official SDK's v2 ListSecurityGroupsRequest). */
export const v1SecurityGroupsQuery = z.strictObject({
  ...paging,
  vpc_id: single,
  enterprise_project_id: single,
})

/** Filters of the old list of rules (the official SDK's v2 ListSecurityGroupRulesRequest). */
export const v1RulesQuery = z.strictObject({
  ...paging,
  security_group_id: single,
  remote_ip_prefix: single,
})

/** Filters of the native list of ports (the official SDK's NeutronListPortsRequest). */
export const nativePortsQuery = z.strictObject({
  ...paging,
  id: single,
  name: single,
  admin_state_up: z.optional(z.boolean()),
  network_id: single,
  mac_address: single,
  device_id: single,
  device_owner: single,
  status: single,
  security_groups: many,
  /** `ip_address=10.0.0.5` or `subnet_id=...`. */
  fixed_ips: many,
  tenant_id: single,
})

/** Filters of the native list of groups (the official SDK's NeutronListSecurityGroupsRequest). */
export const nativeSecurityGroupsQuery = z.strictObject({
  ...paging,
  id: single,
  name: single,
  description: single,
  tenant_id: single,
})

/** Filters of the native list of rules (the SDK's NeutronListSecurityGroupRulesRequest). */
export const nativeRulesQuery = z.strictObject({
  ...paging,
  id: single,
  direction: single,
  protocol: single,
  ethertype: single,
  description: single,
  remote_ip_prefix: single,
  remote_group_id: single,
  security_group_id: single,
  port_range_max: z.optional(z.int()),
  port_range_min: z.optional(z.int()),
  tenant_id: single,
})
