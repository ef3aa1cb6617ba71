import { commonGroups, KEPT, POSITION, RUN, runsBetween } from './kept-groups.ts'

/**
 * The sets of groups that can stay with as few removed groups and as few calls as keptGroups', at
 * most `most` of them. First those that keep the most of the groups that `moved` does not name.
 */
export function equalKeptGroups(
  current: readonly string[],
  desired: readonly string[],
  { moved, most }: { moved: ReadonlySet<string>; most: number },
): string[][] {
  const common = commonGroups(current, desired)
  const between = runsBetween(common, desired.length)
  const cost = (after: number, before: number) => (between(after, before) ? RUN : 0)
  const keeps = common.map(({ id }) => KEPT + (moved.has(id) ? 0 : POSITION))

  /** The most that a set can be worth from each group on, when it keeps that group. */
  const worths: number[] = []
  const after = (index: number) =>
    common.flatMap(({ from }, later) => (later > index && from > (common[index]?.from ?? -1) ? [later] : []))
  const worthAfter = (index: number, later: number) => worths[later]! - cost(index, later)
  const bestAfter = (index: number) =>
    Math.max(-cost(index, common.length), ...after(index).map((later) => worthAfter(index, later)))
  for (let index = common.length - 1; index >= 0; index--) worths[index] = keeps[index]! + bestAfter(index)
  // Which groups were moved only orders the sets.
  const least = Math.floor(bestAfter(-1) / RUN) * RUN

  const found: string[][] = []
  const kept: number[] = []
  const follow = (index: number, worth: number) => {
    if (worth - cost(index, common.length) >= least) found.push(kept.map((one) => common[one]!.id))
    const next = after(index).toSorted((a, b) => worthAfter(index, b) - worthAfter(index, a))
    for (const later of next) {
      if (found.length >= most || worth + worthAfter(index, later) < least) return
      kept.push(later)
      follow(later, worth - cost(index, later) + keeps[later]!)
      kept.pop()
    }
  }
  follow(-1, 0)
  return found
}
