import {
  Suspense,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type FocusEvent,
  type JSX,
  type KeyboardEvent,
  type RefObject,
} from 'react'
import type { Names } from '../../vpc/traffic/explain.ts'
import type { Direction } from '../../vpc/traffic/directions.ts'
import type { Picture as PictureData } from '../../vpc/traffic/picture.ts'
import { later } from '../errors/later.tsx'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { counted } from '../facts/change-words.ts'
import type { GroupFacts } from '../facts/group-facts.ts'
import type { PictureQuestion } from '../traffic/compare-traffic.ts'
import { TrafficFailed } from '../traffic/TrafficFailed.tsx'
import { namesOf } from '../traffic/traffic-words.ts'
import type { TrafficState } from '../traffic/use-traffic.ts'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Notice } from '../ui/Notice.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import {
  columnWords,
  kindWords,
  PictureWords,
  rowTitle,
  type FieldKind,
  type PictureView,
} from './picture-words.ts'
import { RadioRow } from '../ui/RadioRow.tsx'
import styles from './Picture.module.css'
import { rulesQuestionOf, UnreadRemotes, useAllNames } from './remote-names.tsx'
import { PictureTableRow } from './PictureTableRow.tsx'
import { useWorker } from './use-worker.ts'

const FieldDialog = later(() => import('./FieldDialog.tsx').then((module) => module.FieldDialog))

type PictureProps = {
  project: string
  traffic: TrafficState
  facts: Pick<GroupFacts, 'groups'>
}

/** Who gets at what on a port, and which group says so: services across, sources down. */
export function Picture({ project, traffic, facts }: PictureProps): JSX.Element {
  const [direction, setDirection] = useState<Direction>('ingress')
  const asked = traffic.state === 'compared' ? traffic.question : undefined
  const question = useMemo<PictureQuestion | undefined>(
    () => (asked ? { ...rulesQuestionOf(asked), kind: 'picture', direction } : undefined),
    [asked, direction],
  )
  const state = useWorker(question)
  const remotes = traffic.state === 'compared' ? traffic.remotes : undefined
  const names = useAllNames(
    project,
    remotes,
    useMemo(() => namesOf(facts, traffic), [facts, traffic]),
  )
  useReadRemotes(remotes)
  if (traffic.state === 'compared' && traffic.result.kind === 'port_security_off')
    return (
      <Notice tone="warn" title="Port security is off: groups have no effect on this port">
        All traffic passes.
      </Notice>
    )
  if (traffic.state === 'unread')
    return (
      <ErrorPanel error={traffic.error} title="The groups’ rules could not be read" onRetry={traffic.retry} />
    )
  const failed = traffic.state === 'failed' ? traffic : state.state === 'failed' ? state : undefined
  if (failed !== undefined) return <TrafficFailed title="The picture could not be made" failure={failed} />
  if (state.state !== 'known') return <SkeletonRows label="Working out who gets at what" count={6} />
  return (
    <div className={styles.view}>
      <UnreadRemotes remotes={remotes} names={names} />
      <PictureTable
        picture={state.result}
        question={state.question}
        isCurrent={state.isCurrent}
        names={names}
        direction={direction}
        onDirection={setDirection}
      />
    </div>
  )
}

/** Who looks at the picture wants to see groups by their addresses: they are read once. */
function useReadRemotes(remotes: Extract<TrafficState, { state: 'compared' }>['remotes']) {
  const asked = useRef(false)
  useEffect(() => {
    if (asked.current || remotes === undefined || remotes.read || remotes.groups.length === 0) return
    asked.current = true
    remotes.reread()
  }, [remotes])
}

/** So many rows and columns are shown at first, and more with each click. */
const ROWS = 12
const COLUMNS = 7

type PictureTableProps = {
  picture: PictureData
  question: PictureQuestion
  isCurrent: boolean
  names: Names
  direction: Direction
  onDirection: (direction: Direction) => void
}

/** The picture as a table: one stop of Tab, and the arrow keys go from field to field. */
export function PictureTable(props: PictureTableProps): JSX.Element {
  const { picture, question, isCurrent, names, direction, onDirection } = props
  const arranged = question.lists.length > 1
  const [chosen, setView] = useState<PictureView>('difference')
  const view = arranged ? chosen : 'after'
  const [rowsShown, setRowsShown] = useState(ROWS)
  const [columnsShown, setColumnsShown] = useState(COLUMNS)
  const [opened, setOpened] = useState<{ row: number; column: number }>()
  const table = useRef<HTMLTableElement>(null)
  const words = useMemo(() => new PictureWords(picture, question.lists, names), [picture, question, names])
  const rows = Math.min(rowsShown, picture.rows.length)
  const last = picture.columns.length - 1
  // The last one is what no rule is about in particular: never folded.
  const [columns, folded] = useMemo(() => {
    const others = Array.from({ length: last }, (_, at) => at)
    return [[...others.slice(0, columnsShown), last], others.slice(columnsShown)]
  }, [columnsShown, last])
  const foldedRows = picture.rows.length - rows
  const stop = useTabStop(table, rows, columns.length)

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
    const { row, column } = stop.at()
    const to = {
      ArrowUp: { row: row - 1, column },
      ArrowDown: { row: row + 1, column },
      ArrowLeft: { row, column: column - 1 },
      ArrowRight: { row, column: column + 1 },
      Home: { row, column: 0 },
      End: { row, column: columns.length - 1 },
    }[event.key]
    if (to === undefined) return
    event.preventDefault()
    fieldAt(table, to)?.focus()
  }

  return (
    <>
      <div className={styles.bar}>
        <RadioRow
          legend="Direction"
          name="picture-direction"
          value={direction}
          onChange={(chosenDirection) => {
            // Another table: what was unfolded of this one is no part of it.
            setRowsShown(ROWS)
            setColumnsShown(COLUMNS)
            onDirection(chosenDirection)
          }}
          options={[
            ['ingress', 'Ingress'],
            ['egress', 'Egress'],
          ]}
        />
        {arranged && (
          <RadioRow
            legend="What is shown"
            name="picture-view"
            value={view}
            onChange={setView}
            options={[
              ['difference', 'What differs'],
              ['before', 'On the port now'],
              ['after', 'As arranged'],
            ]}
          />
        )}
        {!isCurrent && <output className={styles.note}>Working it out again…</output>}
      </div>
      <div className={`${styles.scroller} ${isCurrent ? '' : styles.computing}`} aria-busy={!isCurrent}>
        {/* Handles keys that bubble up from the fields. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
        <table
          ref={table}
          className={styles.table}
          aria-label={`Who gets at what: ${direction}`}
          onKeyDown={onKeyDown}
          onFocus={stop.onFocus}
        >
          <thead>
            <tr>
              <th scope="col" className={styles.corner}>
                {direction === 'ingress' ? 'From' : 'To'}
              </th>
              {columns.slice(0, -1).map((column) => (
                <ColumnHead key={column} {...columnWords(picture.columns[column]!)} />
              ))}
              {folded.length > 0 && (
                <ColumnHead title={counted(folded.length, 'more column')} detail="folded" />
              )}
              <ColumnHead {...columnWords(picture.columns[last]!)} />
            </tr>
          </thead>
          <tbody>
            {picture.rows.slice(0, rows).map((row, rowAt) => (
              <PictureTableRow
                key={rowAt}
                row={row}
                at={rowAt}
                columns={columns}
                folded={folded}
                words={words}
                view={view}
                names={names}
                onOpen={setOpened}
              />
            ))}
          </tbody>
        </table>
      </div>
      <div className={styles.bar}>
        {foldedRows > 0 && (
          <Button size="small" onClick={() => setRowsShown(rowsShown + ROWS)}>
            {foldedRows > ROWS ? `${ROWS} of ${foldedRows} more rows` : `${foldedRows} more rows`}
          </Button>
        )}
        {folded.length > 0 && (
          <Button size="small" onClick={() => setColumnsShown(columnsShown + COLUMNS)}>
            {folded.length > COLUMNS
              ? `${COLUMNS} of ${folded.length} more columns`
              : `${folded.length} more columns`}
          </Button>
        )}
        <Legend view={view} />
      </div>
      <p className={styles.note}>
        A number is the position of the group that decides. Sources and services that fare alike are one row
        and one column; an address is in the row of its group, else of its smallest network.
        {picture.sets.length > 0 &&
          ' Where the addresses of a group are not known, only its own row is about what is in it.'}
      </p>
      {opened !== undefined && opened.row < picture.rows.length && (
        // Of its own: while it is loaded, the table stays, and so does the focus.
        <Suspense fallback={null}>
          <FieldDialog
            question={question}
            row={opened.row}
            column={opened.column}
            title={`${columnWords(picture.columns[opened.column]!).title} ${direction === 'ingress' ? 'from' : 'to'} ${rowTitle(picture.rows[opened.row]!, names)}`}
            names={names}
            onClose={() => setOpened(undefined)}
          />
        </Suspense>
      )}
    </>
  )
}

type Place = { row: number; column: number }

function fieldAt(table: RefObject<HTMLTableElement | null>, { row, column }: Place) {
  return table.current?.querySelector<HTMLElement>(`[data-field="${row} ${column}"]`)
}

/**
 * The field that is the table's stop of Tab: the one that had the focus last. It is set on the
 * element itself: a step of the focus renders nothing, as there may be thousands of fields.
 */
function useTabStop(table: RefObject<HTMLTableElement | null>, rows: number, columns: number) {
  const active = useRef<Place>({ row: 0, column: 0 })
  const element = useRef<HTMLElement>(null)
  const at = () => ({
    row: Math.min(active.current.row, rows - 1),
    column: Math.min(active.current.column, columns - 1),
  })
  const stopAt = (field: HTMLElement | null | undefined) => {
    if (!field || field === element.current) return
    if (element.current) element.current.tabIndex = -1
    field.tabIndex = 0
    element.current = field
  }
  // After each render: the field may be gone, or another one.
  useLayoutEffect(() => stopAt(fieldAt(table, at())))
  return {
    at,
    onFocus(event: FocusEvent) {
      const field = event.target as HTMLElement
      const [row, column] = (field.dataset.field ?? '').split(' ')
      if (column === undefined) return
      active.current = { row: Number(row), column: Number(column) }
      stopAt(field)
    },
  }
}

function ColumnHead({ title, detail }: { title: string; detail: string }): JSX.Element {
  return (
    <th scope="col" title={detail || title}>
      <span className={styles.title}>{title}</span>
      {detail !== '' && <span className={styles.detail}>{detail}</span>}
    </th>
  )
}

function Legend({ view }: { view: PictureView }): JSX.Element {
  const kinds: FieldKind[] =
    view === 'difference'
      ? ['opens', 'cut', 'may', 'allowed', 'denied', 'undecided']
      : ['allowed', 'denied', 'undecided']
  return (
    <ul className={styles.legend} aria-label="Colours">
      {kinds.map((kind) => (
        <li key={kind}>
          <span className={`${styles.swatch} ${styles[kind]}`}>
            <Icon name={kindWords(kind).icon} size={12} />
          </span>
          {kindWords(kind).text}
        </li>
      ))}
    </ul>
  )
}
