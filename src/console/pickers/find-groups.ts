import type { QueryClient } from '@tanstack/react-query'
import { isUuid } from '../../vpc/ids.ts'
import { MOST_GROUPS_PER_PORT } from '../../vpc/port.ts'
import { groupsNamedQuery } from '../proxy-client/groups-named-query.ts'

/** The groups that a pasted text names, in its order. */
export type GroupsFound = {
  groups: readonly string[]
  unknown: readonly string[]
  ambiguous: readonly { text: string; candidates: readonly { id: string; name?: unknown }[] }[]
}

/**
 * Finds the security groups that a text names by name or ID, one a line or apart by commas. Names
 * are matched whole.
 */
export async function findGroups(
  client: QueryClient,
  project: string,
  pasted: string,
): Promise<GroupsFound | { problem: string }> {
  const texts = [...new Set(pasted.split(/[\n,;]+/).map((text) => text.trim()))].filter(Boolean)
  if (texts.length === 0) return { problem: 'This text names no group.' }
  if (texts.length > MOST_GROUPS_PER_PORT)
    return {
      problem: `A port takes at most ${MOST_GROUPS_PER_PORT} groups; this text names ${texts.length}.`,
    }
  const found = await Promise.all(
    texts.map(async (text) => ({
      text,
      candidates: await client.fetchQuery(
        groupsNamedQuery(project, isUuid(text) ? { id: [text.toLowerCase()] } : { name: [text] }),
      ),
    })),
  )
  return {
    groups: [
      ...new Set(found.flatMap(({ candidates }) => (candidates.length === 1 ? [candidates[0]!.id] : []))),
    ],
    unknown: found.filter(({ candidates }) => candidates.length === 0).map(({ text }) => text),
    ambiguous: found.filter(({ candidates }) => candidates.length > 1),
  }
}
