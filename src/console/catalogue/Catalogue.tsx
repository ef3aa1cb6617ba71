import { useEffect, useMemo, useRef, useState, type JSX, type KeyboardEvent, Suspense } from 'react'
import { later } from '../errors/later.tsx'
import type { SecurityGroup } from '../../vpc/security-group.ts'
import { textOf } from '../../vpc/shown.ts'
import { counted } from '../facts/change-words.ts'
import { useAnnounce } from '../ui/Announcer.tsx'
import { Button } from '../ui/Button.tsx'
import { MayBePermission } from '../errors/MayBePermission.tsx'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { unreadableWords } from '../errors/unreadable-words.ts'
import { TextField } from '../ui/Field.tsx'
import { shortId } from '../ui/short-id.ts'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import { room, type Arrangement, type ChangeArrangement } from '../arrangement/arrangement.ts'
import { place } from '../arrangement/place.ts'
import styles from './Catalogue.module.css'
import { useCatalogue, type CatalogueResult } from './catalogue-search.ts'
import { CatalogueRow, type CatalogueActions } from './CatalogueRow.tsx'
import type { DragLink } from '../drag/drag-link.ts'
import { useLatest } from '../hooks/latest.ts'
import { Panel } from '../ui/Panel.tsx'
import { PlaceBar, type PlacePreviewOf } from './PlaceBar.tsx'
import { rowOf, useRovingRows } from '../hooks/roving-rows.ts'
import { useSelection, type Selection } from '../arrangement/selection.ts'

const UnreadableNotice = later(() =>
  import('../errors/UnreadableNotice.tsx').then((module) => module.UnreadableNotice),
)

/** How many rows are drawn at first: more than fit on a screen. Scrolling or a button adds more. */
const ROWS_AT_ONCE = 40

type CatalogueProps = {
  project: string
  arrangement: Arrangement
  change: ChangeArrangement
  /** Makes the placed groups' names known to the list at once. */
  remember: (groups: readonly SecurityGroup[]) => void
  /** How many groups a port takes. */
  limit: number
  /** Why nothing can be arranged now, if so. */
  lockReason: string | undefined
  dragLink: DragLink
  Preview: PlacePreviewOf
}

/** The groups of the project that are not on the list: search, select, place. */
export function Catalogue(props: CatalogueProps): JSX.Element {
  const { project, arrangement, change, remember, limit, lockReason, dragLink, Preview } = props
  const locked = lockReason !== undefined
  const [text, setText] = useState('')
  const [most, setMost] = useState(ROWS_AT_ONCE)
  const announce = useAnnounce()
  const result = useCatalogue(project, text)
  const { desired } = arrangement
  const offList = useMemo(() => {
    const placed = new Set(desired)
    return result.groups.filter((group) => !placed.has(group.id))
  }, [result.groups, desired])
  const shown = offList.slice(0, most)
  const ids = useMemo(() => offList.slice(0, most).map((group) => group.id), [offList, most])
  const selection = useSelection(ids)
  const { container, active, onFocus, onKeyDown: onArrowKeys, focusAfterChange } = useRovingRows(ids)
  const free = room(arrangement, limit)
  const end = useRef<HTMLDivElement>(null)
  const hidden = offList.length - shown.length
  useEffect(() => {
    if (hidden === 0 || end.current === null) return
    const observer = new IntersectionObserver(([seen]) => {
      if (seen?.isIntersecting) setMost(most + ROWS_AT_ONCE)
    })
    observer.observe(end.current)
    return () => observer.disconnect()
  }, [hidden, most])

  const placeAt = (placed: readonly string[], position: number) => {
    const groups = offList.filter((group) => placed.includes(group.id))
    if (groups.length === 0 || groups.length > free) return
    const at = ids.findLastIndex((id) => placed.includes(id))
    const next = ids.slice(at + 1)[0] ?? ids.findLast((id) => !placed.includes(id))
    if (next !== undefined && rowOf(document.activeElement) !== undefined) focusAfterChange(next)
    remember(groups)
    change((now) => place(now, placed, position, limit))
    selection.clear()
    const what = groups.length === 1 ? nameOrId(groups[0]) : `${groups.length} security groups`
    announce(`${what} placed at position ${position + 1} of ${desired.length + groups.length}`)
  }
  const actions = useCatalogueActions(selection, offList, desired.length, placeAt, dragLink)
  const onKeyDown = (event: KeyboardEvent) => {
    if (onArrowKeys(event)) return
    const id = rowOf(event.target)
    if (event.key !== 'Enter' || id === undefined || locked) return
    if (event.target instanceof HTMLInputElement && event.target.type === 'checkbox') actions.add(id)
  }
  const blocked = locked || free === 0
  return (
    <Panel
      title="Catalogue"
      note="groups not on the list"
      footer={
        <PlaceBar
          selected={selection.ids}
          count={desired.length}
          free={free}
          limit={limit}
          lockReason={lockReason}
          onPlace={(position) => placeAt(selection.ids, position)}
          onClear={selection.clear}
          Preview={Preview}
        />
      }
    >
      <div className={styles.search}>
        <TextField
          label="Search groups"
          hideLabel
          type="search"
          icon="search"
          placeholder="Name, description or ID; or paste IDs"
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setMost(ROWS_AT_ONCE)
          }}
          onClear={() => setText('')}
        />
        <Progress result={result} text={text} offList={offList.length} />
      </div>
      <div className={styles.scroll}>
        {result.state === 'loading' && <SkeletonRows label="Loading security groups" count={6} />}
        {result.unknownIds.length > 0 && (
          <p className={styles.words}>
            No security group of this project has the ID{' '}
            {result.unknownIds.map((id) => (
              <code key={id}>{id} </code>
            ))}
          </p>
        )}
        {result.unreadable !== undefined && (
          <Suspense>
            <UnreadableNotice what="security group" unreadable={result.unreadable} />
          </Suspense>
        )}
        {/* Handles keys that bubble up from the controls in the rows. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
        <ul
          ref={container as React.RefObject<HTMLUListElement>}
          data-rows="catalogue"
          aria-label="Security groups not on the list"
          onFocus={onFocus}
          onKeyDown={onKeyDown}
        >
          {shown.map((group) => (
            <CatalogueRow
              key={group.id}
              group={group}
              selected={selection.has(group.id)}
              active={active === group.id}
              blocked={blocked}
              locked={locked}
              actions={actions}
            />
          ))}
        </ul>
        {result.state === 'failed' && (
          <ErrorPanel
            error={result.error}
            title={
              result.read === 0
                ? 'The security groups could not be read'
                : 'The next security groups could not be read'
            }
            onRetry={result.readMore}
          />
        )}
        {shown.length === 0 && result.state === 'idle' && !result.unreadable && (
          <NoneShown {...{ result, text }} />
        )}
        <div className={styles.more} ref={end}>
          {offList.length > most ? (
            <Button size="small" onClick={() => setMost(most + ROWS_AT_ONCE)}>
              Show more ({offList.length - most})
            </Button>
          ) : (
            !result.complete &&
            result.state === 'idle' && (
              <Button size="small" onClick={result.readMore}>
                Read more groups
              </Button>
            )
          )}
        </div>
      </div>
    </Panel>
  )
}

function Progress(props: { result: CatalogueResult; text: string; offList: number }): JSX.Element {
  const { result, text, offList } = props
  return (
    <div className={styles.progress}>
      <output>
        {progressWords(result, text, offList)}
        {result.unreadable && `; ${unreadableWords(result.unreadable)}`}
      </output>
      {result.state === 'reading' && !result.exact && text.trim() !== '' && (
        <Button size="small" variant="ghost" onClick={result.stop}>
          Stop
        </Button>
      )}
    </div>
  )
}

function progressWords(result: CatalogueResult, text: string, offList: number): string {
  const { read, complete, state, groups, exact } = result
  if (state === 'loading') return 'Reading…'
  const number = read.toLocaleString('en')
  const onList = groups.length - offList
  const more = onList > 0 ? `, ${onList} more on the list` : ''
  if (exact && state === 'reading') return 'Reading…'
  if (exact)
    return `${groups.length} of ${counted(read, 'ID')} found${onList > 0 ? `, ${onList} on the list` : ''}`
  if (text.trim() === '')
    return complete
      ? `${offList} of all ${number} groups of the project`
      : `${offList} of the first ${number} groups`
  const searched = complete ? `searched all ${number}` : `searched ${number} so far`
  return `${counted(offList, 'match', 'matches')}${more}; ${searched}`
}

function NoneShown({ result, text }: { result: CatalogueResult; text: string }): JSX.Element | null {
  if (result.unknownIds.length > 0 && result.groups.length === 0) return null
  if (result.read === 0 && result.complete)
    return (
      <p className={styles.words}>
        This project has no security groups. <MayBePermission part="groups" />
      </p>
    )
  const words =
    result.groups.length > 0
      ? 'All of these are on the list already.'
      : result.complete
        ? `No group of the project has “${text.trim()}” in its name, ID or description.`
        : 'No match so far.'
  return <p className={styles.words}>{words}</p>
}

/** What can be done to rows. The functions stay the same, so that no row is drawn for them. */
function useCatalogueActions(
  selection: Selection,
  groups: readonly SecurityGroup[],
  length: number,
  placeAt: (ids: readonly string[], position: number) => void,
  dragLink: DragLink,
): CatalogueActions {
  const latest = useLatest({ groups, length, placeAt })
  const { toggle, with: withRow } = selection
  return useMemo(
    () => ({
      toggle,
      add: (id) => latest.current.placeAt(withRow(id), latest.current.length),
      press: (event, id) =>
        dragLink.press(event, {
          from: 'catalogue',
          row: id,
          ids: () => withRow(id),
          name: () => nameOrId(latest.current.groups.find((group) => group.id === withRow(id)[0])),
          positionAt: (gap) => gap,
          drop: (gap) => latest.current.placeAt(withRow(id), gap),
        }),
    }),
    [toggle, withRow, latest, dragLink],
  )
}

function nameOrId(group: SecurityGroup | undefined): string {
  return textOf(group?.name) ?? shortId(group?.id ?? '')
}
