import type { SecurityGroupRule } from '../security-group.ts'

/**
 * The groups that rules have as remote, each once, in the order they are named first. Disabled
 * rules don't count.
 */
export function remoteGroupIds(rules: Iterable<SecurityGroupRule>): string[] {
  const ids = new Set<string>()
  for (const { remote_group_id, enabled } of rules)
    if (typeof remote_group_id === 'string' && remote_group_id !== '' && enabled !== false)
      ids.add(remote_group_id)
  return [...ids]
}
