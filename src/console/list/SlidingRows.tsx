import { Component, type RefObject } from 'react'
import { landedRows } from './landed-rows.ts'

type SlidingRowsProps = {
  /** Around the list. */
  areas: RefObject<HTMLElement | null>
  desired: readonly string[]
  /** What the operator moved, the latest first. */
  moved: readonly string[] | undefined
}

type Tops = ReadonlyMap<string, number>

const SLIDE_MS = 150
const FLASH_MS = 900
const FLASH = 'color-mix(in srgb, var(--accent) 30%, var(--surface))'
const STILL = matchMedia('(prefers-reduced-motion: reduce)')

/**
 * Lets the rows in sight slide to their places when the order changes, and marks those that landed.
 * It draws nothing, and reads where rows are only when the order changes. A class, as only these
 * learn of a change before the document has it.
 */
export class SlidingRows extends Component<SlidingRowsProps> {
  override getSnapshotBeforeUpdate({ desired }: SlidingRowsProps): Tops | null {
    if (desired === this.props.desired || STILL.matches) return null
    return new Map(this.#rows().map((row) => [row.dataset['row']!, row.offsetTop]))
  }

  override componentDidUpdate(before: SlidingRowsProps, _: unknown, tops: Tops | null): void {
    const after = this.props
    // In the frame that shows the change: to read where rows are now costs a layout of its own.
    if (tops !== null) requestAnimationFrame(() => this.#slide(before, after, tops))
  }

  #slide(before: SlidingRowsProps, after: SlidingRowsProps, tops: Tops): void {
    const rows = this.#rows()
    const scroller = rows[0]?.closest('ol')?.parentElement
    if (!scroller) return
    const from = scroller.scrollTop
    const to = from + scroller.clientHeight
    const landed = new Set(landedRows(before.desired, after.desired, after.moved))
    // All is read before anything is written.
    const now = rows.map((row) => ({ row, id: row.dataset['row']!, top: row.offsetTop }))
    for (const { row, id, top } of now) {
      const earlier = tops.get(id) ?? top
      if (Math.max(top, earlier) < from - row.offsetHeight || Math.min(top, earlier) > to) continue
      if (earlier !== top)
        row.animate([{ transform: `translateY(${earlier - top}px)` }, { transform: 'none' }], {
          duration: SLIDE_MS,
          easing: 'ease-out',
        })
      if (landed.has(id)) row.animate([{ backgroundColor: FLASH }, {}], FLASH_MS)
    }
  }

  override render(): null {
    return null
  }

  #rows(): HTMLElement[] {
    return [
      ...(this.props.areas.current?.querySelectorAll<HTMLElement>('[data-rows="list"] > [data-row]') ?? []),
    ]
  }
}
