import type { SecurityGroupRule } from '../security-group.ts'

/**
 * The groups that rules have as remote, each once, in the order they are named first. Disabled
 * rules don't count.
 */
export const remoteGroupIds = (rules: Iterable<SecurityGroupRule>) => named(rules, 'remote_group_id')

/** The same for address groups. */
export const remoteAddressGroupIds = (rules: Iterable<SecurityGroupRule>) =>
  named(rules, 'remote_address_group_id')

function named(
  rules: Iterable<SecurityGroupRule>,
  field: 'remote_group_id' | 'remote_address_group_id',
): string[] {
  const ids = new Set<string>()
  for (const { [field]: id, enabled } of rules)
    if (typeof id === 'string' && id !== '' && enabled !== false) ids.add(id)
  return [...ids]
}
