import { partsAround, REMOVAL, type CallOrder } from './order-of-calls.ts'

/**
 * Every order in which the same calls can be made: groups that move go in after the removal, and
 * the list never has more than `limit` groups. The default order is among them.
 */
export function* equalOrders(
  current: readonly string[],
  desired: readonly string[],
  staying: ReadonlySet<string>,
  limit: number,
): Iterable<CallOrder> {
  const { leaving, runs } = partsAround(current, desired, staying)
  function* after(made: CallOrder, left: CallOrder, length: number): Iterable<CallOrder> {
    if (left.length === 0) yield made
    for (const call of left) {
      const next = call === REMOVAL ? length - leaving.size : length + call.groups.length
      if (call !== REMOVAL && (next > limit || (call.moved > 0 && left.includes(REMOVAL)))) continue
      yield* after(
        [...made, call],
        left.filter((other) => other !== call),
        next,
      )
    }
  }
  yield* after([], [...(leaving.size > 0 ? ([REMOVAL] as const) : []), ...runs], current.length)
}
