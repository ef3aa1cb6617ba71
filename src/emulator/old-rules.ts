import type { DocumentedRule as SecurityGroupRule } from '../vpc/security-group.ts'
import { Collection } from './collection.ts'
import type { Project } from './platform.ts'
import { uuidOf } from './seed/chance.ts'

/** A rule as the v1 and v2.0 calls show it. */
export type OldRule = {
  id: string
  security_group_id: string
  port_range_min: number | null
  port_range_max: number | null
  [field: string]: unknown
}

type OldRules = { all: Collection<OldRule>; of(groupId: string): readonly OldRule[] }

const made = { modern: new WeakMap<Project, OldRules>(), oldest: new WeakMap<Project, OldRules>() }

/**
 * The rules of a project in the form of v1 (docs/platform.md, Regions without v3): ports as
 * `port_range_min` and `port_range_max`, for ICMP its type and code. One range is all that this
 * form can have, so a rule of several ranges is several rules here: the first keeps the ID.
 * @param oldest without `priority`, `action` and `enabled`, and without the rules that deny or are
 *   off, which such a stack does not have
 */
export function oldRules(project: Project, oldest: boolean): OldRules {
  const kept = made[oldest ? 'oldest' : 'modern']
  const known = kept.get(project)
  if (known) return known
  const all = project.rules.items
    .filter((rule) => !oldest || (rule.action !== 'deny' && rule.enabled !== false))
    .flatMap((rule) => asOldRules(rule, oldest))
  const byGroup = new Map<string, OldRule[]>()
  for (const rule of all) {
    const rules = byGroup.get(rule.security_group_id)
    if (rules) rules.push(rule)
    else byGroup.set(rule.security_group_id, [rule])
  }
  const rules = { all: new Collection(all), of: (id: string) => byGroup.get(id) ?? [] }
  kept.set(project, rules)
  return rules
}

function asOldRules(rule: SecurityGroupRule, oldest: boolean): OldRule[] {
  return ranges(rule).map(([port_range_min, port_range_max], place) => ({
    id: place === 0 ? rule.id : uuidOf('old-rule', rule.id, place),
    description: rule.description,
    security_group_id: rule.security_group_id,
    direction: rule.direction,
    ethertype: rule.ethertype,
    protocol: rule.protocol,
    port_range_min,
    port_range_max,
    remote_ip_prefix: rule.remote_ip_prefix,
    remote_group_id: rule.remote_group_id,
    remote_address_group_id: rule.remote_address_group_id,
    tenant_id: rule.project_id,
    ...(!oldest && { action: rule.action, priority: rule.priority, enabled: rule.enabled }),
    project_id: rule.project_id,
    created_at: rule.created_at,
    updated_at: rule.updated_at,
  }))
}

type Range = [min: number | null, max: number | null]

function ranges({ protocol, multiport }: SecurityGroupRule): Range[] {
  if (multiport === null || multiport === undefined) return [[null, null]]
  const parts = String(multiport).split(',')
  if (protocol === 'icmp' || protocol === 'icmpv6')
    return [[Number(parts[0]), parts[1] === undefined ? null : Number(parts[1])]]
  return parts.map((part): Range => {
    const [from, to = from] = part.split('-').map(Number)
    return [from ?? null, to ?? null]
  })
}
