import type { SecurityGroup } from '../../vpc/security-group.ts'
import { textOf } from '../../vpc/shown.ts'
import { shortId } from '../ui/short-id.ts'

/** Groups by ID, as far as their names are needed. */
export type Named = ReadonlyMap<string, Pick<SecurityGroup, 'id' | 'name'> | null>

/**
 * What a group is called on the screen: its name, with the start of its ID where another known
 * group has the same name (docs/platform.md, Objects); where it has none, or none is known, the
 * start of its ID.
 */
export function groupName(facts: { groups: Named }, id: string): string {
  return knownName(facts.groups, id) ?? shortId(id)
}

/** The same, but undefined where no name is known. */
export function knownName(groups: Named, id: string): string | undefined {
  const name = textOf(groups.get(id)?.name)
  if (name === undefined) return undefined
  return repeatedNames(groups).has(name) ? `${name} (${shortId(id)})` : name
}

const repeated = new WeakMap<Named, ReadonlySet<string>>()

function repeatedNames(groups: Named): ReadonlySet<string> {
  const known = repeated.get(groups)
  if (known) return known
  const once = new Set<string>()
  const twice = new Set<string>()
  for (const group of groups.values()) {
    const name = textOf(group?.name)
    if (name !== undefined) (once.has(name) ? twice : once).add(name)
  }
  repeated.set(groups, twice)
  return twice
}

/**
 * Names of groups as a person would list them: 'a, b and c'. Of many, the first few and how many
 * more.
 */
export function groupNames(facts: { groups: Named }, ids: readonly string[], most = 6): string {
  const names = ids.slice(0, ids.length > most ? most - 1 : most).map((id) => groupName(facts, id))
  const more = ids.length - names.length
  if (more > 0) return `${names.join(', ')} and ${more} more`
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
