import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react'
import { landedRows } from './landed-rows.ts'
import { listIn, type DragLink } from '../drag/drag-link.ts'
import { inFrame } from '../hooks/in-frame.ts'
import { rowsIn } from './rows-in-list.ts'

type SlidingRowsProps = {
  /** Around the list. */
  areas: RefObject<HTMLElement | null>
  desired: readonly string[]
  /** What the operator moved, the latest first. */
  moved: readonly string[] | undefined
  dragLink: DragLink
}

/** How far below the list's upper edge each row is, in px, by its ID. */
type Tops = ReadonlyMap<string, number>

const SLIDE_MS = 150
const FLASH_MS = 900
const STILL = matchMedia('(prefers-reduced-motion: reduce)')
let landings = 0

/**
 * Lets the rows in sight slide to their places when the order changes, and marks those that landed.
 * It draws nothing, and reads where rows are only when the browser has just laid them out: to ask
 * at another time costs a layout of its own.
 */
export function SlidingRows({ areas, desired, moved, dragLink }: SlidingRowsProps): null {
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
    const landed = new Set(landedRows(from, desired, moved))
    if (dragLink.isDropping()) {
      // A hand has put them there: no row slides, and those that landed are marked once all is
      // painted, and the drag's own marks are gone (drag/DragLayer.tsx).
      inFrame(3, () => {
        const rows = rowsIn(areas)
        tops.current = topsOf(rows)
        if (!STILL.matches) for (const row of rows) if (landed.has(row.dataset['row']!)) mark(row)
      })
      return
    }
    requestAnimationFrame(() => {
      const rows = rowsIn(areas)
      const now = (tops.current = topsOf(rows))
      if (!STILL.matches) slide(rows, earlier, now, landed)
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
    if (landed.has(id)) mark(row)
  }
}

/** Fades beneath the row's contents: its own colour would have to be painted in each frame. */
function mark(row: HTMLElement): void {
  // A row that moves again is marked anew: the end of its first mark does not end the second.
  const landing = `${++landings}`
  row.dataset['landed'] = landing
  const fading = row.animate([{ opacity: 1 }, { opacity: 0 }], {
    duration: FLASH_MS,
    pseudoElement: '::before',
  })
  const unmark = () => {
    if (row.dataset['landed'] === landing) row.removeAttribute('data-landed')
  }
  fading.finished.then(unmark, unmark)
}

function topsOf(rows: readonly HTMLElement[]): Tops {
  return new Map(rows.map((row) => [row.dataset['row']!, row.offsetTop]))
}
