import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, type JSX, type ReactNode } from 'react'
import styles from './VirtualList.module.css'

type VirtualListProps = {
  label: string
  /** How many entries there are in all, drawn or not. */
  count: number
  /** px of most entries: what is taken for lower is drawn for nothing. */
  rowHeight?: number
  /** One entry. */
  children: (index: number) => ReactNode
  /** Called when the end comes near; does nothing where all are there. */
  onNearEnd?: (() => void) | undefined
}

const ROW_HEIGHT = 36
const READ_AHEAD = 20

/**
 * A list that scrolls by itself, of which only what is in sight is in the document: thousands of
 * entries cost as much as twenty.
 */
export function VirtualList(props: VirtualListProps): JSX.Element {
  const { label, count, rowHeight = ROW_HEIGHT, children, onNearEnd } = props
  const box = useRef<HTMLDivElement>(null)
  // The virtualizer changes in place; nothing here is memoized by it.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  })
  const items = virtualizer.getVirtualItems()
  const last = items.at(-1)?.index ?? -1
  const nearEnd = last >= count - READ_AHEAD
  useEffect(() => {
    if (nearEnd) onNearEnd?.()
  }, [nearEnd, onNearEnd])
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keys
    <section ref={box} className={styles.box} tabIndex={0} aria-label={label}>
      <ul className={styles.list} style={{ height: virtualizer.getTotalSize() }}>
        {items.map(({ key, index, start }) => (
          <li
            key={key}
            ref={virtualizer.measureElement}
            data-index={index}
            aria-setsize={count}
            aria-posinset={index + 1}
            className={styles.row}
            style={{ transform: `translateY(${start}px)` }}
          >
            {children(index)}
          </li>
        ))}
      </ul>
    </section>
  )
}
