/**
 * Weights of the choice below; each outweighs all that follow it, for lists of up to 1,000 groups.
 */
const POSITION = 1
const MOVED_RUN = 1e6
const RUN = 1e9
const KEPT = 1e12

type Chain = { worth: number; previous: number }

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
  const positions = new Map(current.map((id, position) => [id, position]))
  const common: { id: string; from: number; to: number }[] = []
  for (const [to, id] of desired.entries()) {
    const from = positions.get(id)
    if (from !== undefined) common.push({ id, from, to })
  }

  /**
   * What the run between two kept groups costs; `after` and `before` count in `common`, -1 and its
   * length are the ends.
   */
  const run = (after: number, before: number) => {
    const above = common[after]?.to ?? -1
    const beneath = common[before]?.to ?? desired.length
    if (beneath - above === 1) return 0
    return before - after > 1 ? RUN + MOVED_RUN : RUN
  }

  const chains: Chain[] = []
  let best: Chain = { worth: -Infinity, previous: -1 }
  for (const [index, group] of common.entries()) {
    let chain: Chain = { worth: -run(-1, index), previous: -1 }
    for (let earlier = 0; earlier < index; earlier++) {
      if (common[earlier]!.from > group.from) continue
      const worth = chains[earlier]!.worth - run(earlier, index)
      if (worth > chain.worth) chain = { worth, previous: earlier }
    }
    chain.worth += KEPT - POSITION * group.from
    chains.push(chain)
    const worth = chain.worth - run(index, common.length)
    if (worth > best.worth) best = { worth, previous: index }
  }

  const kept: string[] = []
  for (let index = best.previous; index >= 0; index = chains[index]!.previous) kept.push(common[index]!.id)
  return kept.toReversed()
}
