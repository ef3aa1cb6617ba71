import { keptGroups } from './kept-groups.ts'

/** What differs between two lists of one port, for people. Positions count from 0. */
export type ListDifference = {
  added: { id: string; to: number }[]
  removed: { id: string; from: number }[]
  /** The fewest groups that explain the new order as moved; the others kept their order. */
  moved: { id: string; from: number; to: number }[]
}

/**
 * What differs between `before` and `after`: added and moved groups in the order of `after`,
 * removed ones in the order of `before`. All empty when the lists are equal. The moved groups are
 * those that planChange would move.
 */
export function listDifference(before: readonly string[], after: readonly string[]): ListDifference {
  const kept = new Set(keptGroups(before, after))
  const from = new Map(before.map((id, position) => [id, position]))
  const stays = new Set(after)
  const difference: ListDifference = { added: [], removed: [], moved: [] }
  for (const [to, id] of after.entries()) {
    const earlier = from.get(id)
    if (earlier === undefined) difference.added.push({ id, to })
    else if (!kept.has(id)) difference.moved.push({ id, from: earlier, to })
  }
  for (const [position, id] of before.entries())
    if (!stays.has(id)) difference.removed.push({ id, from: position })
  return difference
}

/** True when two lists have the same groups in the same order. */
export function sameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id, position) => id === other[position])
}
