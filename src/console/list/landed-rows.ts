import { listDifference } from '../../vpc/list-difference.ts'

/**
 * The groups that a change has put where they are: added ones, and the fewest that explain the new
 * order as moved. Where two explain it alike (a swap), those that the operator moved last.
 * @param moved what the operator moved, the latest first
 */
export function landedRows(
  before: readonly string[],
  after: readonly string[],
  moved: readonly string[] = [],
): string[] {
  const difference = listDifference(before, after)
  const added = difference.added.map(({ id }) => id)
  const fewest = difference.moved.map(({ id }) => id)
  const [latest] = moved
  if (latest === undefined || fewest.includes(latest)) return [...added, ...fewest]
  const others = passed(before, after, new Set(fewest))
  return [...added, ...(others.length === fewest.length && others.includes(latest) ? others : fewest)]
}

/** The groups that kept their order, and that a moved one has gone past. */
function passed(before: readonly string[], after: readonly string[], moved: ReadonlySet<string>): string[] {
  const from = new Map(before.map((id, position) => [id, position]))
  const to = new Map(after.map((id, position) => [id, position]))
  return after.filter(
    (id) =>
      !moved.has(id) &&
      from.has(id) &&
      [...moved].some((one) => from.get(one)! < from.get(id)! !== to.get(one)! < to.get(id)!),
  )
}
