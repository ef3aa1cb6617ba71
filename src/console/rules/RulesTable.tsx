import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual'
import { useCallback, useEffect, useRef, useState, type JSX, type KeyboardEvent } from 'react'
import { RuleTableRow } from './RuleTableRow.tsx'
import type { RuleLine } from './rule-words.ts'
import styles from './RulesTable.module.css'

/** Before a row is measured. */
const ROW_HEIGHT = 48
/** Drawn first, and the others a frame later: all at once take longer than a frame. */
const FIRST_ROWS = 8
/** Rows that PageUp and PageDown go. */
const PAGE = 12

type RulesTableProps = {
  label: string
  count: number
  /** A key of the nth rule that stays its own. It is asked of all rules, so it must be cheap. */
  keyAt: (n: number) => number
  /** The nth rule. */
  lineAt: (n: number) => { line: RuleLine; note: string | undefined }
  /** They are all of one group: its name and position are left out, the rules are numbered. */
  oneGroup?: boolean
}

/**
 * Rules in the order in which they decide. Only rows in sight are in the document; `aria-rowcount`
 * and `aria-rowindex` count the others too. One row is in the tab order: arrow keys, PageUp,
 * PageDown, Home and End go to others.
 */
export function RulesTable(props: RulesTableProps): JSX.Element {
  const { label, count, keyAt, lineAt, oneGroup = false } = props
  const scroller = useRef<HTMLDivElement>(null)
  const [chosen, setActive] = useState(0)
  const active = Math.min(chosen, count - 1)
  const [toFocus, setToFocus] = useState<number>()
  // The virtualizer changes in place; nothing here is memoized by it.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: keyAt,
    overscan: 4,
    // Scrolling goes on while rows are drawn.
    useFlushSync: false,
    // The row that has the focus stays in the document, however far it is scrolled away.
    rangeExtractor: useCallback(
      (range: Range) =>
        [...new Set([active, ...defaultRangeExtractor(range)])]
          .filter((n) => n >= 0)
          .toSorted((a, b) => a - b),
      [active],
    ),
  })
  const [isWhole, setWhole] = useState(false)
  useEffect(() => {
    const frame = requestAnimationFrame(() => setWhole(true))
    return () => cancelAnimationFrame(frame)
  }, [])
  const items = isWhole ? virtualizer.getVirtualItems() : virtualizer.getVirtualItems().slice(0, FIRST_ROWS)

  useEffect(() => {
    if (toFocus === undefined) return
    const row = scroller.current?.querySelector<HTMLElement>(`tr[data-index="${toFocus}"]`)
    if (!row) return
    row.focus({ preventScroll: true })
    row.scrollIntoView({ block: 'nearest' })
    setToFocus(undefined)
  }, [toFocus, items])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
    const at = Number((event.target as Element).closest('tr')?.dataset.index ?? Number.NaN)
    const to = {
      ArrowUp: at - 1,
      ArrowDown: at + 1,
      PageUp: Math.max(at - PAGE, 0),
      PageDown: Math.min(at + PAGE, count - 1),
      Home: 0,
      End: count - 1,
    }[event.key]
    if (to === undefined || Number.isNaN(at)) return
    event.preventDefault()
    if (to < 0 || to >= count) return
    setActive(to)
    virtualizer.scrollToIndex(to)
    setToFocus(to)
  }

  let end = 0
  return (
    <div className={styles.scroller} ref={scroller}>
      {/* Handles keys that bubble up from the rows. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <table className={styles.table} aria-label={label} aria-rowcount={count + 1} onKeyDown={onKeyDown}>
        <thead className={styles.head}>
          <tr aria-rowindex={1}>
            <th scope="col" className={styles.position}>
              <span className="visually-hidden">{oneGroup ? 'Order' : 'Position'}</span>
              <span aria-hidden="true">#</span>
            </th>
            {!oneGroup && (
              <th scope="col" className={styles.group}>
                Group
              </th>
            )}
            <th scope="col" className={styles.priority}>
              Priority
            </th>
            <th scope="col" className={styles.direction}>
              Direction
            </th>
            <th scope="col" className={styles.action}>
              Action
            </th>
            <th scope="col" className={styles.traffic}>
              Protocol and ports
            </th>
            <th scope="col" className={styles.remote}>
              Remote
            </th>
            <th scope="col">Decides</th>
          </tr>
        </thead>
        <tbody>
          {items.flatMap((item) => {
            const before = item.start - end
            const from = end
            end = item.end
            const { line, note } = lineAt(item.index)
            return [
              before > 0 && <Spacer key={`before ${from}`} height={before} />,
              <RuleTableRow
                key={item.key}
                ref={virtualizer.measureElement}
                index={item.index}
                line={line}
                note={note}
                oneGroup={oneGroup}
                isActive={item.index === active}
                onFocus={setActive}
              />,
            ]
          })}
          <Spacer height={virtualizer.getTotalSize() - end} />
        </tbody>
      </table>
    </div>
  )
}

/** Takes the room of the rows that are out of sight. */
function Spacer({ height }: { height: number }): JSX.Element | null {
  if (height <= 0) return null
  return <tr aria-hidden="true" className={styles.spacer} style={{ height }} />
}
