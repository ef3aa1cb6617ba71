import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react'
import { landedRows } from './landed-rows.ts'
import { listIn } from '../drag/drag-link.ts'
import { rowsIn } from './rows-in-list.ts'

type SlidingRowsProps = {
  /** Around the list. */
  areas: RefObject<HTMLElement | null>
  desired: readonly string[]
  /** What the operator moved, the latest first. */
  moved: readonly string[] | undefined
}

/** How far below the list's upper edge each row is, in px, by its ID. */
type Tops = ReadonlyMap<string, number>

const SLIDE_MS = 150
const FLASH_MS = 900
const FLASH = 'color-mix(in srgb, var(--accent) 30%, var(--surface))'
const STILL = matchMedia('(prefers-reduced-motion: reduce)')

/**
 * Lets the rows in sight slide to their places when the order changes, and marks those that landed.
 * It draws nothing, and reads where rows are only when the browser has just laid them out: to ask
 * at another time costs a layout of its own.
 */
export function SlidingRows({ areas, desired, moved }: SlidingRowsProps): null {
  const tops = useRef<Tops>(new Map())
  const before = useRef(desired)
  useEffect(() => {
    const list = listIn(areas)
    const observer = new ResizeObserver(() => {
      tops.current = topsOf(rowsIn(areas))
    })
    if (list) observer.observe(list)
    return () => observer.disconnect()
  }, [areas])
  useLayoutEffect(() => {
    const [from, earlier] = [before.current, tops.current]
    before.current = desired
    if (from === desired) return
    requestAnimationFrame(() => {
      const rows = rowsIn(areas)
      const now = (tops.current = topsOf(rows))
      if (!STILL.matches) slide(rows, earlier, now, new Set(landedRows(from, desired, moved)))
    })
  })
  return null
}

function slide(
  elements: readonly HTMLElement[],
  earlier: Tops,
  now: Tops,
  landed: ReadonlySet<string>,
): void {
  const scroller = elements[0]?.closest('ol')?.parentElement
  if (!scroller) return
  const from = scroller.scrollTop
  const to = from + scroller.clientHeight
  // All is read before anything is written.
  const rows = elements.map((row) => ({ row, id: row.dataset['row']!, height: row.offsetHeight }))
  for (const { row, id, height } of rows) {
    const top = now.get(id) ?? 0
    const start = earlier.get(id) ?? top
    if (Math.max(top, start) < from - height || Math.min(top, start) > to) continue
    if (start !== top)
      row.animate([{ transform: `translateY(${start - top}px)` }, { transform: 'none' }], {
        duration: SLIDE_MS,
        easing: 'ease-out',
      })
    if (landed.has(id)) row.animate([{ backgroundColor: FLASH }, {}], FLASH_MS)
  }
}

function topsOf(rows: readonly HTMLElement[]): Tops {
  return new Map(rows.map((row) => [row.dataset['row']!, row.offsetTop]))
}
