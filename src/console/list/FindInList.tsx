import {
  memo,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type JSX,
  type KeyboardEvent,
  type RefObject,
} from 'react'
import { createPortal } from 'react-dom'
import type { SecurityGroup } from '../../vpc/security-group.ts'
import { groupName } from '../facts/group-facts.ts'
import { isTyping } from '../hooks/typing.ts'
import { Icon } from '../ui/Icon.tsx'
import styles from './FindInList.module.css'
import { rowsFound } from './find-rows.ts'
import { listIn } from '../drag/drag-link.ts'
import { rowsIn } from './rows-in-list.ts'

type FindInListProps = {
  /** Around the list. */
  areas: RefObject<HTMLElement | null>
  desired: readonly string[]
  groups: ReadonlyMap<string, SecurityGroup | null>
}

/** No name, description or ID is longer. */
const LONGEST = 255

/**
 * The search of a long list, in its panel: it marks the rows that match and goes from one to the
 * next. It draws no row, and hides none: positions, dragging and keys stay as they are.
 */
export const FindInList = memo(function FindInList(props: FindInListProps): JSX.Element | null {
  const { areas, desired, groups } = props
  // The list is there before this is loaded.
  const [host] = useState(() => document.querySelector('[data-find]'))
  const [text, setText] = useState('')
  const [last, setLast] = useState<string>()
  const field = useRef<HTMLInputElement>(null)
  const found = rowsFound(desired, groups, text)
  const at = Math.max(0, found.indexOf(last ?? ''))
  const current = found[at]
  useLayoutEffect(() => {
    const marked = new Set(found)
    for (const { dataset } of rowsIn(areas)) {
      if (!marked.has(dataset['row']!)) delete dataset['found']
      else dataset['found'] = dataset['row'] === current ? 'current' : ''
    }
  })
  useEffect(() => {
    const list = listIn(areas)
    // In the list, the key goes to the list's own search.
    const onKeyDown = (event: Event) => {
      const { key, ctrlKey, metaKey, altKey } = event as globalThis.KeyboardEvent
      if (key !== '/' || ctrlKey || metaKey || altKey || isTyping(event.target)) return
      event.preventDefault()
      field.current?.select()
      field.current?.focus()
    }
    list?.addEventListener('keydown', onKeyDown)
    return () => list?.removeEventListener('keydown', onKeyDown)
  }, [areas])
  useEffect(
    () => () => {
      for (const row of rowsIn(areas)) delete row.dataset['found']
    },
    [areas],
  )

  const show = (id: string | undefined) => {
    setLast(id)
    const row = rowsIn(areas).find(({ dataset }) => dataset['row'] === id)
    row?.scrollIntoView({ block: 'nearest' })
    // As if it had the focus: so its controls are the next in the tab order (roving-rows.ts).
    row?.querySelector('[data-control]')?.dispatchEvent(new FocusEvent('focusin', { bubbles: true }))
  }
  const type = (typed: string) => {
    setText(typed)
    show(rowsFound(desired, groups, typed)[0])
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.key === 'Escape' && text !== '') type('')
    else if (by === undefined) return
    else show(found.at((at + by) % found.length))
    event.preventDefault()
  }
  if (host === null) return null
  return createPortal(
    <search className={styles.find}>
      <output className={styles.count}>
        {text.trim() === '' ? '' : current === undefined ? 'No match' : `${at + 1} of ${found.length}`}
        {current !== undefined && (
          <span className="visually-hidden">
            : {groupName({ groups }, current)}, position {desired.indexOf(current) + 1}
          </span>
        )}
      </output>
      <span className={styles.box}>
        <Icon name="search" size={14} />
        <input
          ref={field}
          type="search"
          aria-label="Find in the list"
          title="Find in the list: Enter goes to the next match"
          placeholder="Find in the list"
          autoComplete="off"
          spellCheck={false}
          maxLength={LONGEST}
          value={text}
          onChange={(event) => type(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </span>
    </search>,
    host,
  )
})
