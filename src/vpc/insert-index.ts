/**
 * The `index` of an insert request, from where the operator dropped.
 *
 * `position` is a place in `list` as it stands when the call arrives: 0 is above the first group, n
 * is directly beneath the nth. Comes back undefined at the end of the list, where the platform's
 * default is meant and `index` is left out of the request (insert-security-groups.txt, Table 3: 0
 * is the top, n is after the nth, none is the end). Where the page's prose differs (`above the
 * first`), its example's numbers hold: index 1 is after the first.
 * @throws RangeError when `position` is not a whole number in 0..list.length.
 */
export function insertIndex(list: readonly string[], position: number): number | undefined {
  if (!Number.isInteger(position) || position < 0 || position > list.length)
    throw new RangeError(`position ${position} is not a place in a list of ${list.length} security groups`)
  return position === list.length ? undefined : position
}
