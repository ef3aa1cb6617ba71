import type { SecurityGroupRule } from '../security-group.ts'
import { UNREADABLE, UNREADABLE_RULE } from '../unreadable-marks.ts'
import type { WithUnreadable } from '../unreadable.ts'

/**
 * What takes the place of rules in a response that can't be read: whose they are is not known, so
 * each of the groups asked for gets one rule that may match anything.
 */
export function rulesUnreadable(page: WithUnreadable, groupIds: readonly string[]): SecurityGroupRule[] {
  const count = page[UNREADABLE]?.count ?? 0
  if (count === 0) return []
  const why = `${count === 1 ? '1 entry' : `${count} entries`} among the rules can't be read`
  return groupIds.map((id) => ({ id: UNREADABLE_RULE, security_group_id: id, [UNREADABLE_RULE]: why }))
}

/** False for what takes the place of entries that can't be read. */
export const isRule = (rule: SecurityGroupRule): boolean => rule[UNREADABLE_RULE] === undefined
