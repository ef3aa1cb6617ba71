/**
 * The position directly below the nearest of `above` that is in `list`; 0, the top, when none is.
 * Positions count from 0.
 * @param above the groups that come above, from the top
 */
export function positionBelow(list: readonly string[], above: readonly string[]): number {
  const nearest = above.findLast((id) => list.includes(id))
  return nearest === undefined ? 0 : list.indexOf(nearest) + 1
}

/**
 * The `index` of an insert: how many groups of `list` stay above the inserted ones. `list` is the
 * port's list when the call arrives. Undefined at its end: the request then has no `index`.
 *
 * docs/platform.md, Insert, Table 3: 0 is the top, n is after the nth group, none is the end.
 * @param above the groups that come above the inserted ones, from the top; the nearest that is in
 *   `list` decides, so that what is off the port at that moment does no harm
 */
export function insertIndex(list: readonly string[], above: readonly string[]): number | undefined {
  const position = positionBelow(list, above)
  return position === list.length ? undefined : position
}

/** The inverse: the position at which an insert with this `index` puts its first group. */
export function insertPosition(index: number | undefined, length: number): number {
  return index ?? length
}
