import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type JSX } from 'react'
import { firstView, firstViewDrawn } from '../hooks/first-view.ts'
import { later } from '../errors/later.tsx'
import type { CheckOf } from './ChoosePorts.tsx'
import { measureIn } from './fitting-texts.ts'
import { MOST_NAMED } from './PortGroups.tsx'
import { PortRow } from './PortRow.tsx'
import { useRowsToDraw } from './rows-to-draw.ts'
import styles from './PortsTable.module.css'
import { useGroupNames } from '../facts/use-group-names.ts'
import { nextSort, sortKeyOf, type PortSort, type SortKey } from '../port-search/sort-ports.ts'
import type { PortsView } from './use-ports.ts'
import type { BadgesByPort } from './WatchHalfDone.tsx'

const WatchHalfDone = later(() =>
  firstView.then(() => import('./WatchHalfDone.tsx')).then((module) => module.WatchHalfDone),
)

const NOTHING: BadgesByPort = { get: () => undefined }

const ROW_HEIGHT = 40
/** A card, below 840 px (PortsTable.module.css). */
const CARD_HEIGHT = 101
/** Further pages are read when so few rows are left below. */
const READ_AHEAD = 30

type PortsTableProps = {
  project: string
  view: PortsView
  sort: PortSort | undefined
  onSort: (sort: PortSort | undefined) => void
  /** What each row shows to be chosen by. */
  check: CheckOf | undefined
}

/**
 * The table of ports. Only rows in sight are in the document; `aria-rowcount` and `aria-rowindex`
 * count the others too. The arrow keys go from port to port.
 */
export function PortsTable({ project, view, sort, onSort, check }: PortsTableProps): JSX.Element | null {
  const { rows } = view
  const body = useRef<HTMLTableSectionElement>(null)
  const scrollMargin = useOffsetTop(body)
  const [toFocus, setToFocus] = useState<number>()
  const [expanded, setExpanded] = useState<string>()
  const onExpand = useCallback((id: string) => setExpanded((now) => (now === id ? undefined : id)), [])
  const { width, cards } = useRoom(body, rows.length > 0)
  const rowHeight = cards ? CARD_HEIGHT : ROW_HEIGHT
  // The virtualizer changes in place; nothing here is memoized by it.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    // With a new function for the keys every row is placed anew: at 10,000 of them that is not for
    // each frame of scrolling.
    getItemKey: useCallback((index: number) => rows[index]?.id ?? index, [rows]),
    // A jump to the end draws all that is in sight anew, and these.
    overscan: 6,
    scrollMargin,
  })
  const measuredFor = useRef(rowHeight)
  useLayoutEffect(() => {
    if (measuredFor.current === rowHeight) return
    measuredFor.current = rowHeight
    virtualizer.measure()
  }, [virtualizer, rowHeight])
  const items = virtualizer.getVirtualItems()
  const last = items.at(-1)
  const drawn = useRowsToDraw(rows, items, virtualizer.range, `${virtualizer.getTotalSize()} ${scrollMargin}`)

  const { complete, reading, stopped, error, outdated, readMore } = view
  const nearEnd = last !== undefined && last.index >= rows.length - READ_AHEAD
  // Sorted, further rows would come between those in sight: they are read when asked for.
  const readAhead =
    nearEnd && sort === undefined && !complete && !reading && !stopped && error === null && !outdated
  const readMoreNow = useRef(readMore)
  useEffect(firstViewDrawn, [])
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

  const [from, to] = [items[0]?.index ?? 0, last?.index ?? -1]
  const inSight = useMemo(
    () => rows.slice(from, to + 1).flatMap(({ security_groups }) => security_groups.slice(0, MOST_NAMED)),
    [rows, from, to],
  )
  const names = useGroupNames(project, inSight)
  const [badges, setBadges] = useState(NOTHING)

  useEffect(() => {
    if (toFocus === undefined) return
    const link = body.current?.querySelector<HTMLElement>(`[data-index="${toFocus}"] a`)
    if (!link) return
    link.focus()
    setToFocus(undefined)
  }, [toFocus, drawn])

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
  const end = drawn.at(-1)?.end
  // Cards have no head to click: there it is a field among the filters.
  const head = { sort, onSort: cards ? undefined : onSort }
  return (
    <>
      <Suspense>
        <WatchHalfDone project={project} onChange={setBadges} />
      </Suspense>
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
            <SortHead sortKey="name" words="Name" {...head} />
            <th scope="col">ID</th>
            <th scope="col">Private IPs</th>
            <th scope="col">Device owner</th>
            <SortHead sortKey="status" words="Status" {...head} />
            <SortHead sortKey="groups" words="Security groups, in order" {...head} />
            <th scope="col" className={styles.network}>
              VPC
            </th>
            <SortHead sortKey="updated" words="Updated (UTC)" className={styles.updated} {...head} />
          </tr>
        </thead>
        <tbody ref={body}>
          <Spacer height={drawn[0] === undefined ? 0 : drawn[0].start - scrollMargin} />
          {drawn.map((item) => {
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
                  names={names}
                  width={width}
                  cards={cards}
                  badges={badges.get(port.id)}
                  check={check}
                  expanded={expanded === port.id}
                  onExpand={onExpand}
                />
              )
            )
          })}
          <Spacer height={end === undefined ? 0 : virtualizer.getTotalSize() - (end - scrollMargin)} />
        </tbody>
      </table>
    </>
  )
}

function SortHead(props: {
  sortKey: SortKey
  words: string
  className?: string | undefined
  sort: PortSort | undefined
  onSort: ((sort: PortSort | undefined) => void) | undefined
}): JSX.Element {
  const { sortKey, words, className, sort, onSort } = props
  const sorted = sort !== undefined && sortKeyOf(sort) === sortKey
  const down = sorted && sort.startsWith('-')
  return (
    <th
      scope="col"
      className={className}
      aria-sort={sorted ? (down ? 'descending' : 'ascending') : undefined}
    >
      {onSort === undefined ? (
        words
      ) : (
        <button type="button" className={styles.sort} onClick={() => onSort(nextSort(sort, sortKey))}>
          {words}
          <span aria-hidden="true" className={styles.arrow}>
            {sorted ? (down ? '↓' : '↑') : '↕'}
          </span>
        </button>
      )}
    </th>
  )
}

/** Takes the room of the rows that are out of sight. */
function Spacer({ height }: { height: number }): JSX.Element | null {
  if (height <= 0) return null
  return <tr aria-hidden="true" className={styles.spacer} style={{ height }} />
}

/**
 * Pixels that the groups of a row may take, and whether the rows are cards (PortsTable.module.css);
 * measured when the table changes its width alone.
 */
function useRoom(body: React.RefObject<HTMLElement | null>, hasRows: boolean) {
  const [room, setRoom] = useState({ width: 0, cards: false })
  useLayoutEffect(() => {
    if (!hasRows || !body.current) return
    const table = body.current.closest('table')!
    const measure = () => {
      // Known before any row is in the document: cards are drawn whole at once.
      const cards = getComputedStyle(table).display === 'block'
      const cell = table.querySelector('[data-groups]')
      if (!cell) return setRoom((before) => ({ ...before, cards }))
      const { fontSize, fontFamily, paddingLeft, paddingRight } = getComputedStyle(cell)
      // Not `font`: with forced colours, Chromium has none.
      measureIn(`${fontSize} ${fontFamily}`)
      const padding = parseFloat(paddingLeft) + parseFloat(paddingRight)
      setRoom({ width: Math.floor(cell.clientWidth - padding), cards })
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(table)
    return () => observer.disconnect()
  }, [body, hasRows])
  return room
}

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
