import * as z from 'zod/mini'
import type { rulesResponse, securityGroupResponse, securityGroupsResponse } from './responses.ts'
import type { SecurityGroupsQuery, RulesQuery } from './requests.ts'
import {
  securityGroup,
  securityGroupRule,
  type SecurityGroup,
  type SecurityGroupRule,
} from './security-group.ts'
import { saysNothing } from './shown.ts'
import { shown } from './shown-field.ts'
import { portRange } from './traffic/rule-fields.ts'
import { UNREADABLE } from './unreadable-marks.ts'
import { unreadableEntries } from './unreadable.ts'

// Groups and rules of the old calls, v1 and v2.0, in the one form of v3 (docs/platform.md, Regions
// without v3). The paths and filters of the old calls are in old-lists.ts.

const oldGroup = z.extend(securityGroup, { tenant_id: shown, security_group_rules: shown })
const oldGroupWithRules = z.extend(oldGroup, {
  security_group_rules: z.array(securityGroupRule),
})

const unreadable = { [UNREADABLE]: z.optional(unreadableEntries) }

/** Response of the old list groups, v1 or v2.0, as the v3 one: without rules, without page_info. */
export const oldGroupsResponse = z.pipe(
  z.looseObject({ security_groups: z.array(oldGroup), request_id: shown, ...unreadable }),
  z.transform((response): z.infer<typeof securityGroupsResponse> => ({
    ...response,
    security_groups: response.security_groups.map(groupOfOld),
  })),
)

/** Response of the old show group, v1 or v2.0, as the v3 one. */
export const oldGroupResponse = z.pipe(
  z.looseObject({ security_group: oldGroupWithRules, request_id: shown, ...unreadable }),
  z.transform(({ security_group, ...response }): z.infer<typeof securityGroupResponse> => ({
    ...response,
    security_group: {
      ...groupOfOld(security_group),
      security_group_rules: security_group.security_group_rules.map(ruleOfOld),
    },
  })),
)

/** Response of the old list rules, v1 or v2.0, as the v3 one but without page_info. */
export const oldRulesResponse = z.pipe(
  z.looseObject({ security_group_rules: z.array(securityGroupRule), request_id: shown, ...unreadable }),
  z.transform((response): z.infer<typeof rulesResponse> => ({
    ...response,
    security_group_rules: response.security_group_rules.map(ruleOfOld),
  })),
)

/** The tenant is the project. */
function withProject<T extends { project_id?: unknown; tenant_id?: unknown }>({ tenant_id, ...rest }: T) {
  return saysNothing(rest.project_id) && tenant_id !== undefined ? { ...rest, project_id: tenant_id } : rest
}

/** A group as the v3 list has it: its rules are read on their own. */
function groupOfOld({ security_group_rules: _rules, ...group }: z.infer<typeof oldGroup>): SecurityGroup {
  return withProject(group) as SecurityGroup
}

/**
 * A rule in the v3 form: where nothing is in `multiport`, `port_range_min` and `port_range_max`
 * become it. A range that can't be read, or that is beside a `multiport`, stays as it came: whether
 * the two say the same is found out where traffic is compared. What the old form does not tell
 * stays missing: such a rule allows, with priority 1.
 */
export function ruleOfOld(rule: SecurityGroupRule): SecurityGroupRule {
  const { port_range_min, port_range_max, ...rest } = withProject(rule) as SecurityGroupRule
  const { ports, problem } = portRange(rule)
  if (ports === undefined && problem === undefined) return rest
  const multiport: unknown = rest.multiport ?? ''
  const isFree = typeof multiport === 'string' && multiport.trim() === ''
  return ports !== undefined && isFree
    ? { ...rest, multiport: ports }
    : { ...rest, port_range_min, port_range_max }
}

/** The fields that decide traffic and that the oldest rules do not have. */
const MAY_LACK = ['action', 'priority', 'enabled'] as const

/** Which of `action`, `priority` and `enabled` no rule of these has. */
export function fieldsLacking(rules: readonly SecurityGroupRule[]): string[] {
  return MAY_LACK.filter((name) => !rules.some((rule) => rule[name] !== undefined))
}

/** What of a query an old list can do, and what must be filtered out of its response. */
export type OldQuery<T> = {
  /** Goes to the platform. */
  query: Record<string, string>
  /** The names of the filters that are applied here. */
  rest: readonly string[]
  matches: (one: T) => boolean
}

type Filters = Record<string, string | number | boolean | readonly string[] | undefined>

/**
 * Parts the filters of a list, paging left aside. A filter of one value goes to the platform where
 * it is one of `there`; the others are applied here.
 */
function parted<T extends Record<string, unknown>>(
  { limit: _limit, marker: _marker, ...filters }: Filters,
  there: readonly string[],
  defaults: Filters = {},
): OldQuery<T> {
  const query: Record<string, string> = {}
  const rest: [string, readonly string[]][] = []
  for (const [name, asked] of Object.entries(filters)) {
    if (asked === undefined) continue
    const values = [asked].flat().map(String)
    if (values.length === 1 && there.includes(name)) query[name] = values[0]!
    else rest.push([name, values])
  }
  return {
    query,
    rest: rest.map(([name]) => name),
    matches: (one) =>
      rest.every(([name, values]) => values.includes(String(one[name] ?? defaults[name] ?? ''))),
  }
}

/** Translates the filters of the list of groups to those of v1: it can filter by none of them. */
export const v1GroupsQuery = (asked: SecurityGroupsQuery) =>
  parted<SecurityGroup>(asked, ['enterprise_project_id'])

/** Translates the filters of the list of groups to those of v2.0, which knows no such projects. */
export const nativeGroupsQuery = ({ enterprise_project_id: _project, ...asked }: SecurityGroupsQuery) =>
  parted<SecurityGroup>(asked, ['id', 'name', 'description'])

/** What a rule is that does not say. */
const RULE_DEFAULTS = { action: 'allow', priority: 1, enabled: true }

/** Translates the filters of the list of rules to those of v1. */
export const v1RulesQuery = (asked: RulesQuery) =>
  parted<SecurityGroupRule>(asked, ['security_group_id', 'remote_ip_prefix'], RULE_DEFAULTS)

/** Translates the filters of the list of rules to those of v2.0. */
export const nativeRulesQuery = (asked: RulesQuery) =>
  parted<SecurityGroupRule>(
    asked,
    [
      'id',
      'direction',
      'protocol',
      'ethertype',
      'description',
      'security_group_id',
      'remote_group_id',
      'remote_ip_prefix',
    ],
    RULE_DEFAULTS,
  )
