import { Suspense, useCallback, useMemo, type JSX, type KeyboardEvent } from 'react'
import { later } from '../errors/later.tsx'
import { isRule } from '../../vpc/traffic/rules-unreadable.ts'
import {
  detach,
  move,
  nudge,
  positionOfGap,
  type Arrangement,
  type ChangeArrangement,
} from '../arrangement/arrangement.ts'
import { useAnnounce } from '../ui/Announcer.tsx'
import { ArrangedRow, GRIP_HELP, type RowActions } from './ArrangedRow.tsx'
import styles from './ArrangedList.module.css'
import type { DragLink } from '../drag/drag-link.ts'
import { groupName, type GroupFacts } from '../facts/group-facts.ts'
import { useLatest } from '../hooks/latest.ts'
import { rowOf, useRovingRows } from '../hooks/roving-rows.ts'
import type { Selection } from '../arrangement/selection.ts'

// Not before something is detached.
const DetachedGroups = later(() => import('./DetachedGroups.tsx').then((module) => module.DetachedGroups))

/** What the list shows and how it is changed. */
export type ArrangedListProps = {
  arrangement: Arrangement
  change: ChangeArrangement
  facts: GroupFacts
  /** Groups that the plan takes off the port and puts in again. */
  moved: readonly string[]
  detached: readonly string[]
  /** Groups that the platform refused in the last check, and why. */
  refusals: ReadonlyMap<string, string>
  selection: Selection
  /** How many groups a port takes. */
  limit: number
  /** False when groups have no effect on the port at all. */
  secured: boolean
  /** Why nothing can be arranged now, if so. */
  lockReason: string | undefined
  dragLink: DragLink
}

/** The ordered list as arranged, and the groups that will be off it. */
export function ArrangedList(props: ArrangedListProps): JSX.Element {
  const { arrangement, change, facts, moved, detached, refusals, selection, dragLink } = props
  const locked = props.lockReason !== undefined
  const { desired, madeFor } = arrangement
  const announce = useAnnounce()
  const { container, active, onFocus, onKeyDown: onArrowKeys, focusAfterChange } = useRovingRows(desired)
  const actions = useRowActions(props, focusAfterChange, announce)
  const from = useMemo(() => new Map(madeFor.map((id, position) => [id, position])), [madeFor])
  const movedGroups = useMemo(() => new Set(moved), [moved])

  const onKeyDown = (event: KeyboardEvent) => {
    // While a row is dragged by keys, the arrow keys belong to dragging.
    if (dragLink.isDragging() || locked || onArrowKeys(event)) return
    const id = rowOf(event.target)
    if (id === undefined || isField(event.target)) return
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault()
      actions.nudge(id, event.key === 'ArrowUp' ? -1 : 1)
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      selection.only(desired)
    } else if (event.key === 'Delete') {
      event.preventDefault()
      actions.detach(id)
    }
  }
  return (
    <>
      {/* Handles keys that bubble up from the controls in the rows. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <ol
        className={styles.list}
        data-rows="list"
        ref={container as React.RefObject<HTMLOListElement>}
        aria-label="Security groups in the order they are decided"
        onFocus={onFocus}
        onKeyDown={onKeyDown}
      >
        {desired.map((id, position) => (
          <ArrangedRow
            key={id}
            id={id}
            name={groupName(facts, id)}
            position={position}
            count={desired.length}
            from={from.get(id)}
            moved={movedGroups.has(id)}
            refusal={refusals.get(id)}
            group={facts.groups.get(id)}
            ruleCount={facts.rules.get(id)?.filter(isRule).length}
            selected={selection.has(id)}
            active={active === id}
            locked={locked}
            actions={actions}
          />
        ))}
        {desired.length === 0 && (
          <li className={styles.empty}>
            {madeFor.length === 0 ? 'This port has no security groups.' : 'Nothing is left on the list.'}
            {props.secured && ' No rule matches, so its traffic is denied.'} Place groups from the catalogue.
          </li>
        )}
        <li data-end className={styles.end} aria-hidden="true" />
        {/* Where the dragged groups would be put; moved by drag/DragLayer.tsx. */}
        <li data-line className={styles.line} aria-hidden="true" />
      </ol>
      <p id={GRIP_HELP} hidden>
        Space lifts the group, the up and down arrow keys move it, Space drops it, Escape cancels. Alt with an
        arrow key moves it at once, Delete detaches it.
      </p>
      {detached.length > 0 && (
        <Suspense>
          <DetachedGroups {...{ detached, facts, refusals, from, change, locked, limit: props.limit }} />
        </Suspense>
      )}
    </>
  )
}

/** What can be done to rows. The functions stay the same, so that no row is drawn for them. */
function useRowActions(
  { arrangement, change, facts, selection, dragLink }: ArrangedListProps,
  focusAfterChange: (row: string, control?: string) => void,
  announce: (message: string) => void,
): RowActions {
  const latest = useLatest({ arrangement, facts })
  const { toggle, with: withRow, clear } = selection
  const say = useCallback(
    (ids: readonly string[], what: string) => {
      const name = groupName(latest.current.facts, ids[0] ?? '')
      announce(`${ids.length === 1 ? name : `${ids.length} security groups`} ${what}`)
    },
    [announce, latest],
  )
  return useMemo(() => {
    const moving = (id: string, act: (now: Arrangement, ids: readonly string[]) => Arrangement) => {
      const ids = withRow(id)
      const { arrangement: now } = latest.current
      const next = act(now, ids)
      if (next === now) return
      focusAfterChange(id)
      change(() => next)
      const first = next.desired.findIndex((one) => ids.includes(one))
      say(ids, `moved to position ${first + 1} of ${next.desired.length}`)
    }
    return {
      toggle,
      nudge: (id, by) => moving(id, (now, ids) => nudge(now, ids, by)),
      moveTo: (id, position) => moving(id, (now, ids) => move(now, ids, position)),
      detach(id) {
        const ids = withRow(id)
        const { desired } = latest.current.arrangement
        const at = desired.indexOf(id)
        const stays = (one: string) => !ids.includes(one)
        const next = desired.slice(at).find(stays) ?? desired.slice(0, at).findLast(stays)
        if (next !== undefined) focusAfterChange(next)
        change((now) => detach(now, ids))
        clear()
        say(ids, 'taken off the list')
      },
      press: (event, id) =>
        dragLink.press(event, {
          from: 'list',
          row: id,
          ids: () => withRow(id),
          name: () => groupName(latest.current.facts, withRow(id)[0] ?? id),
          positionAt: (gap) => positionOfGap(latest.current.arrangement.desired, withRow(id), gap),
          drop: (gap) =>
            change((now) => move(now, withRow(id), positionOfGap(now.desired, withRow(id), gap))),
        }),
    }
  }, [toggle, withRow, clear, change, focusAfterChange, say, latest, dragLink])
}

function isField(target: EventTarget): boolean {
  return target instanceof HTMLInputElement && target.type !== 'checkbox'
}
