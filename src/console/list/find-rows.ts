import type { SecurityGroup } from '../../vpc/security-group.ts'
import { textOf } from '../../vpc/shown.ts'

/** The groups of the list whose name, description or ID has the text, in the order of the list. */
export function rowsFound(
  desired: readonly string[],
  groups: ReadonlyMap<string, SecurityGroup | null>,
  text: string,
): string[] {
  const sought = text.trim().toLowerCase()
  if (sought === '') return []
  return desired.filter((id) => {
    const group = groups.get(id)
    return [id, textOf(group?.name), textOf(group?.description)].some((one) =>
      one?.toLowerCase().includes(sought),
    )
  })
}
