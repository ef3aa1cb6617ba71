import type {
  DocumentedGroup as SecurityGroup,
  DocumentedRule as SecurityGroupRule,
} from '../../vpc/security-group.ts'
import { addressGroupId } from './address-groups.ts'
import { timeAt, uuidOf } from './chance.ts'
import type { GroupDraft } from './groups-shared.ts'

/** The ID of a project's group, by its name. */
export type GroupIds = ReadonlyMap<string, string>

/** IDs for all groups of a project; a draft may bring its own. */
export function groupIds(projectId: string, drafts: readonly GroupDraft[]): GroupIds {
  return new Map(drafts.map((draft) => [draft.name, draft.id ?? uuidOf('group', projectId, draft.name)]))
}

/**
 * The ID of the group with this name. @throws Error when a draft names a group that is not there.
 */
export function idOf(ids: GroupIds, name: string): string {
  const id = ids.get(name)
  if (id === undefined) throw new Error(`the estate has no security group named ${name}`)
  return id
}

/** Groups and their rules as the platform shows them (docs/platform.md, Objects). */
export function makeGroups(projectId: string, drafts: readonly GroupDraft[], ids: GroupIds) {
  const security_groups: SecurityGroup[] = []
  const security_group_rules: SecurityGroupRule[] = []
  drafts.forEach((draft, place) => {
    const id = idOf(ids, draft.name)
    const created_at = timeAt(place * 5)
    security_groups.push({
      id,
      name: draft.name,
      description: draft.description,
      project_id: projectId,
      enterprise_project_id: draft.enterprise_project_id ?? '0',
      tags: Object.entries(draft.tags).map(([key, value]) => ({ key, value })),
      created_at,
      updated_at: timeAt(place * 5 + (place % 7) * 36),
    })
    draft.rules.forEach(({ remote_group, remote_address_group, remote_ip_prefix, ...rule }, position) =>
      security_group_rules.push({
        id: uuidOf('rule', id, position),
        security_group_id: id,
        project_id: projectId,
        ...rule,
        remote_group_id: remote_group === undefined ? null : idOf(ids, remote_group),
        remote_ip_prefix: remote_ip_prefix ?? null,
        remote_address_group_id:
          remote_address_group === undefined ? null : addressGroupId(projectId, remote_address_group),
        created_at,
        updated_at: created_at,
      }),
    )
  })
  return { security_groups, security_group_rules }
}
