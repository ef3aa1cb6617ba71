import type { SecurityGroupRule } from '../security-group.ts'
import { UNREADABLE, UNREADABLE_RULE } from '../unreadable-marks.ts'
import { unreadableText } from './unreadable-text.ts'
import type { WithUnreadable } from '../unreadable.ts'

/**
 * What takes the place of rules in a response that can't be read: whose they are is not known, so
 * each of the groups asked for gets one rule that may match anything.
 */
export function rulesUnreadable(page: WithUnreadable, groupIds: readonly string[]): SecurityGroupRule[] {
  const unreadable = page[UNREADABLE]
  if (!unreadable) return []
  const why = unreadableText(unreadable, 'rules')
  return groupIds.map((id) => ({ id: UNREADABLE_RULE, security_group_id: id, [UNREADABLE_RULE]: why }))
}

/** False for what takes the place of entries that can't be read. */
export const isRule = (rule: SecurityGroupRule): boolean => rule[UNREADABLE_RULE] === undefined
