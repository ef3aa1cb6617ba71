import { useEffect, useRef, type JSX, type KeyboardEvent } from 'react'
import { counted } from '../facts/change-words.ts'
import { useAnnounce } from '../ui/Announcer.tsx'
import { copyText } from '../ui/CopyButton.tsx'
import { readRow, rowsAsText } from './row-text.ts'
import styles from './RowMenu.module.css'

type RowMenuProps = {
  /** The row, or all selected ones. */
  rows: readonly HTMLElement[]
  /** Where it was asked for. */
  x: number
  y: number
  onClose: () => void
}

const EDGE = 8

/** What of rows can be copied. Esc, or a click elsewhere, closes it. */
export function RowMenu({ rows, x, y, onClose }: RowMenuProps): JSX.Element {
  const announce = useAnnounce()
  const menu = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = menu.current
    if (!element) return
    element.showPopover()
    const { width, height } = element.getBoundingClientRect()
    element.style.left = `${Math.max(EDGE, Math.min(x, innerWidth - width - EDGE))}px`
    element.style.top = `${Math.max(EDGE, Math.min(y, innerHeight - height - EDGE))}px`
    element.querySelector('button')?.focus()
  }, [x, y])
  const names = rows.map((row) => readRow(row).name).filter(Boolean)
  const many = rows.length > 1
  const items = [
    { what: many ? counted(names.length, 'name') : 'name', text: names.join('\n') },
    { what: many ? `${rows.length} IDs` : 'ID', text: rows.map((row) => readRow(row).id).join('\n') },
    { what: many ? `${rows.length} rows` : 'row', text: rowsAsText(rows) },
  ].filter(({ text }) => text !== '')
  const onKeyDown = (event: KeyboardEvent) => {
    const all = [...(menu.current?.querySelectorAll('button') ?? [])]
    const at = all.indexOf(document.activeElement as HTMLButtonElement)
    const to = { ArrowDown: (at + 1) % all.length, ArrowUp: at - 1, Home: 0, End: -1 }[event.key]
    if (event.key === 'Tab') menu.current?.hidePopover()
    else if (to !== undefined) all.at(to)?.focus()
    else return
    event.preventDefault()
  }
  return (
    <div
      ref={menu}
      popover="auto"
      role="menu"
      aria-label={many ? `Copy ${rows.length} groups` : `Copy ${names[0] ?? 'the group'}`}
      className={styles.menu}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onToggle={(event) => event.newState === 'closed' && onClose()}
    >
      {items.map(({ what, text }) => (
        <button
          key={what}
          type="button"
          role="menuitem"
          tabIndex={-1}
          onClick={() => {
            menu.current?.hidePopover()
            void copyText(text, announce)
          }}
        >
          Copy {what}
        </button>
      ))}
    </div>
  )
}
