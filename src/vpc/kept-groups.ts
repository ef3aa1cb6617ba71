/**
 * Weights of the choice below; each outweighs all that follow it, for lists of up to 1,000 groups.
 */
export const POSITION = 1
const MOVED_RUN = 1e6
export const RUN = 1e9
export const KEPT = 1e12

type Chain = { worth: number; previous: number }

/** A group of both lists, with its places in them. */
type Common = { id: string; from: number; to: number }

/**
 * The groups that stay on the port while `current` becomes `desired`: those of both lists that need
 * not be removed, in order. Everything else of the desired list has to be inserted, in runs between
 * the kept groups.
 *
 * Chosen, in this order: as many groups as can stay (the longest increasing subsequence; the
 * platform has no call that moves one, docs/platform.md, Remove); fewest runs, as each is one
 * insert call; fewest runs that hold a moved group, as each keeps groups off the port for one call
 * more; and the groups highest on the port, as they win.
 */
export function keptGroups(current: readonly string[], desired: readonly string[]): string[] {
  // What both lists begin and end with stays: only between is there anything to choose.
  const most = Math.min(current.length, desired.length)
  let start = 0
  while (start < most && current[start] === desired[start]) start++
  let end = 0
  while (end < most - start && current.at(-1 - end) === desired.at(-1 - end)) end++
  return [
    ...desired.slice(0, start),
    ...keptBetween(current.slice(start, current.length - end), desired.slice(start, desired.length - end)),
    ...desired.slice(desired.length - end),
  ]
}

function keptBetween(current: readonly string[], desired: readonly string[]): string[] {
  const common = commonGroups(current, desired)
  const between = runsBetween(common, desired.length)

  /** What the run between two kept groups costs. */
  const cost = (after: number, before: number) => {
    if (!between(after, before)) return 0
    return before - after > 1 ? RUN + MOVED_RUN : RUN
  }

  const chains: Chain[] = []
  let best: Chain = { worth: -Infinity, previous: -1 }
  for (const [index, group] of common.entries()) {
    let chain: Chain = { worth: -cost(-1, index), previous: -1 }
    for (let earlier = 0; earlier < index; earlier++) {
      if (common[earlier]!.from > group.from) continue
      const worth = chains[earlier]!.worth - cost(earlier, index)
      if (worth > chain.worth) chain = { worth, previous: earlier }
    }
    chain.worth += KEPT - POSITION * group.from
    chains.push(chain)
    const worth = chain.worth - cost(index, common.length)
    if (worth > best.worth) best = { worth, previous: index }
  }

  const kept: string[] = []
  for (let index = best.previous; index >= 0; index = chains[index]!.previous) kept.push(common[index]!.id)
  return kept.toReversed()
}

/** The groups of both lists, in the order of the desired one. */
export function commonGroups(current: readonly string[], desired: readonly string[]): Common[] {
  const positions = new Map(current.map((id, position) => [id, position]))
  return desired.flatMap((id, to) => {
    const from = positions.get(id)
    return from === undefined ? [] : [{ id, from, to }]
  })
}

/**
 * Whether there is a run to insert between two kept groups, given by their indexes in `common`; -1
 * and its length are the ends of the desired list.
 */
export function runsBetween(
  common: readonly Common[],
  length: number,
): (after: number, before: number) => boolean {
  return (after, before) => (common[before]?.to ?? length) - (common[after]?.to ?? -1) > 1
}
