import { textOf } from '../shown.ts'
import type { SecurityGroupRule } from '../security-group.ts'

/**
 * Of the counted kinds, at most so many rules of a group and direction are sure to take effect
 * (docs/platform.md, Limits).
 */
const MOST_COUNTED_RULES = 120

/** Families of older flavors that support neither deny rules nor address groups. */
const WITHOUT_DENY = new Set(['m1', 'h1', 'd1', 'g1', 'g2', 'e1', 'e2', 'et2'])
/** These and more do not support ports such as `22,80`. */
const WITHOUT_PORT_LISTS = new Set([...WITHOUT_DENY, 's1', 'c1', 'c2'])

/**
 * The family of a port's `ecs_flavor`, `s1` of `s1.medium`, where it does not support some rules;
 * else undefined.
 */
export function flavorFamily(flavor: unknown): string | undefined {
  const family = typeof flavor === 'string' ? flavor.split('.')[0]!.toLowerCase() : ''
  return WITHOUT_PORT_LISTS.has(family) ? family : undefined
}

/**
 * The rules of one group that may not take effect, each with the reason (docs/platform.md, Limits).
 * Which rules are beyond the limit is not documented: any of the counted ones may be.
 * @param rules those of the group that are enabled
 * @param family of the port's flavor
 */
export function rulesInDoubt(
  rules: readonly SecurityGroupRule[],
  family: string | undefined,
): Map<SecurityGroupRule, string> {
  const counts = new Map<string, number>()
  for (const rule of rules)
    if (isCounted(rule)) counts.set(directionOf(rule), (counts.get(directionOf(rule)) ?? 0) + 1)
  const found = new Map<SecurityGroupRule, string>()
  for (const rule of rules) {
    const reasons: string[] = []
    const count = counts.get(directionOf(rule)) ?? 0
    if (isCounted(rule) && count > MOST_COUNTED_RULES)
      reasons.push(
        `its group has ${count} rules with a group, an address group or single ports in a list; those beyond ${MOST_COUNTED_RULES} may not take effect`,
      )
    const unsupported = family === undefined ? undefined : unsupportedBy(family, rule)
    if (unsupported !== undefined)
      reasons.push(`the port’s flavor (${family}) does not support ${unsupported}`)
    if (reasons.length > 0) found.set(rule, reasons.join('; '))
  }
  return found
}

function directionOf({ direction }: SecurityGroupRule): string {
  return textOf(direction)?.toLowerCase() ?? ''
}

function isCounted(rule: SecurityGroupRule): boolean {
  return Boolean(rule.remote_group_id) || Boolean(rule.remote_address_group_id) || hasPortList(rule)
}

/** True for ports that are not one range; of ICMP, `8,0` is a type and its code. */
function hasPortList({ protocol, multiport }: SecurityGroupRule): boolean {
  const isIcmp = /^(icmp(v6)?|0*1|0*58)$/i.test(String(protocol ?? '').trim())
  return !isIcmp && String(multiport ?? '').includes(',')
}

function unsupportedBy(family: string, rule: SecurityGroupRule): string | undefined {
  if (WITHOUT_DENY.has(family) && textOf(rule.action)?.toLowerCase() === 'deny') return 'deny rules'
  if (WITHOUT_DENY.has(family) && rule.remote_address_group_id) return 'address groups'
  if (WITHOUT_PORT_LISTS.has(family) && hasPortList(rule)) return 'inconsecutive ports'
  return undefined
}
