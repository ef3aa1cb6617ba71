import { useWindowVirtualizer } from '@tanstack/react-virtual'
import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
  type JSX,
} from 'react'
import { PortRow } from './PortRow.tsx'
import styles from './PortsTable.module.css'
import { useGroupNames } from '../facts/use-group-names.ts'
import type { PortsView } from './use-ports.ts'

const ROW_HEIGHT = 40
/** A card, below 840 px (PortsTable.module.css). */
const CARD_HEIGHT = 101
/** Further pages are read when so few rows are left below. */
const READ_AHEAD = 30

/**
 * The table of ports. Only rows in sight are in the document; `aria-rowcount` and `aria-rowindex`
 * count the others too. The arrow keys go from port to port.
 */
export function PortsTable({ project, view }: { project: string; view: PortsView }): JSX.Element | null {
  const { rows } = view
  const body = useRef<HTMLTableSectionElement>(null)
  const scrollMargin = useOffsetTop(body)
  const [toFocus, setToFocus] = useState<number>()
  const rowHeight = useCards() ? CARD_HEIGHT : ROW_HEIGHT
  // The virtualizer changes in place; nothing here is memoized by it.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    // With a new function for the keys every row is placed anew: at 10,000 of them that is not for
    // each frame of scrolling.
    getItemKey: useCallback((index: number) => rows[index]?.id ?? index, [rows]),
    overscan: 10,
    scrollMargin,
  })
  const measuredFor = useRef(rowHeight)
  useLayoutEffect(() => {
    if (measuredFor.current === rowHeight) return
    measuredFor.current = rowHeight
    virtualizer.measure()
  }, [virtualizer, rowHeight])
  const items = virtualizer.getVirtualItems()
  const first = items[0]
  const last = items.at(-1)

  const { complete, reading, stopped, error, outdated, readMore } = view
  const nearEnd = last !== undefined && last.index >= rows.length - READ_AHEAD
  const readAhead = nearEnd && !complete && !reading && !stopped && error === null && !outdated
  const readMoreNow = useRef(readMore)
  useEffect(() => {
    readMoreNow.current = readMore
  })
  // Only scrolling asks for more, so that a search that found enough does not read to the end.
  const [scrolled, setScrolled] = useState(false)
  useEffect(() => {
    const note = () => setScrolled(true)
    window.addEventListener('scroll', note, { once: true, passive: true })
    return () => window.removeEventListener('scroll', note)
  }, [])
  useEffect(() => {
    if (readAhead && scrolled) readMoreNow.current()
  }, [readAhead, scrolled])

  const names = useGroupNames(
    project,
    items.flatMap((item) => rows[item.index]?.security_groups[0] ?? []),
  )

  useEffect(() => {
    if (toFocus === undefined) return
    const link = body.current?.querySelector<HTMLElement>(`[data-index="${toFocus}"] a`)
    if (!link) return
    link.focus()
    setToFocus(undefined)
  }, [toFocus, items])

  const count = rows.length
  const goTo = useCallback(
    (index: number) => {
      if (index < 0 || index >= count) return
      virtualizer.scrollToIndex(index)
      setToFocus(index)
    },
    [count, virtualizer],
  )

  if (rows.length === 0) return null
  return (
    <table
      className={outdated ? `${styles.table} ${styles.outdated}` : styles.table}
      aria-label="Ports"
      aria-rowcount={complete ? rows.length + 1 : -1}
    >
      <colgroup>
        <col className={styles.columnName} />
        <col className={styles.columnId} />
        <col className={styles.columnIps} />
        <col className={styles.columnOwner} />
        <col className={styles.columnStatus} />
        <col />
        <col className={styles.columnNetwork} />
        <col className={styles.columnUpdated} />
      </colgroup>
      <thead className={styles.head}>
        <tr aria-rowindex={1}>
          <th scope="col">Name</th>
          <th scope="col">ID</th>
          <th scope="col">Private IPs</th>
          <th scope="col">Device owner</th>
          <th scope="col">Status</th>
          <th scope="col">Security groups, in order</th>
          <th scope="col" className={styles.network}>
            VPC
          </th>
          <th scope="col" className={styles.updated}>
            Updated (UTC)
          </th>
        </tr>
      </thead>
      <tbody ref={body}>
        <Spacer height={first === undefined ? 0 : first.start - scrollMargin} />
        {items.map((item) => {
          const port = rows[item.index]
          return (
            port && (
              <PortRow
                key={item.key}
                ref={virtualizer.measureElement}
                index={item.index}
                project={project}
                port={port}
                onGoTo={goTo}
                firstGroup={names.get(port.security_groups[0] ?? '')}
              />
            )
          )
        })}
        <Spacer height={last === undefined ? 0 : virtualizer.getTotalSize() - (last.end - scrollMargin)} />
      </tbody>
    </table>
  )
}

/** Takes the room of the rows that are out of sight. */
function Spacer({ height }: { height: number }): JSX.Element | null {
  if (height <= 0) return null
  return <tr aria-hidden="true" className={styles.spacer} style={{ height }} />
}

/** Whether the rows are cards (PortsTable.module.css). */
function useCards(): boolean {
  return useSyncExternalStore(
    (changed) => {
      NARROW.addEventListener('change', changed)
      return () => NARROW.removeEventListener('change', changed)
    },
    () => NARROW.matches,
  )
}

const NARROW = matchMedia('(width < 840px)')

/** How far below the top of the document the rows begin; watched, as filters above may wrap. */
function useOffsetTop(body: React.RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0)
  useLayoutEffect(() => {
    const measure = () => {
      if (body.current) setTop(Math.round(body.current.getBoundingClientRect().top + window.scrollY))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [body])
  return top
}
