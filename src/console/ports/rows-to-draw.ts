import type { Range, VirtualItem } from '@tanstack/react-virtual'
import { useDeferredValue, useMemo } from 'react'

type Items = readonly Pick<VirtualItem, 'index' | 'start' | 'end' | 'key'>[]
type Sight = Pick<Range, 'startIndex' | 'endIndex'>

/**
 * Which of the rows that should be in the document are drawn now. Those ahead of the scrolling are
 * drawn between frames, as React finds time; a row that is in sight is drawn at once. When their
 * cells come, hooks/few-each-frame.ts says.
 * @param rows what the items are of
 * @param items those in sight, and some before and after
 * @param sight which of them are in sight
 * @param places changes when rows change their places
 */
export function useRowsToDraw(rows: readonly unknown[], items: Items, sight: Sight | null, places: string) {
  const wanted = useMemo(() => ({ rows, items, places }), [rows, items, places])
  const drawn = useDeferredValue(wanted)
  const isSame = drawn.rows === rows && drawn.places === places
  return isSame && sight !== null ? rowsToDraw(items, drawn.items, sight) : items
}

/**
 * The drawn ones for as long as they are all that is in sight. Otherwise what is in sight, with
 * those drawn ones that no gap is between.
 */
export function rowsToDraw(wanted: Items, drawn: Items, { startIndex, endIndex }: Sight): Items {
  const first = drawn[0]?.index ?? 0
  const last = drawn.at(-1)?.index ?? -1
  if (first <= startIndex && endIndex <= last) return drawn
  const near = first <= endIndex + 1 && last >= startIndex - 1
  const from = near ? Math.min(first, startIndex) : startIndex
  const to = near ? Math.max(last, endIndex) : endIndex
  return wanted.filter(({ index }) => from <= index && index <= to)
}
