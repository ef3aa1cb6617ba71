import { Suspense, useEffect, useState, type JSX, type RefObject } from 'react'
import { later } from '../errors/later.tsx'
import { isTyping } from '../hooks/typing.ts'
import { useAnnounce } from '../ui/Announcer.tsx'
import { rowsActedOn, rowsAsText } from './row-text.ts'

const RowMenu = later(() => import('./RowMenu.tsx').then((module) => module.RowMenu))

/**
 * Copies rows of the list and of the catalogue: Ctrl+C (⌘C) on a row while no text is selected,
 * or the menu of a row. Text of rows is selected, and copied, as anywhere.
 */
export function CopyRows({ areas }: { areas: RefObject<HTMLElement | null> }): JSX.Element | null {
  const announce = useAnnounce()
  const [menu, setMenu] = useState<{ rows: readonly HTMLElement[]; x: number; y: number }>()
  useEffect(() => {
    const element = areas.current
    if (!element) return
    const onCopy = (event: ClipboardEvent) => {
      const rows = actedOn(event.target)
      if (rows.length === 0 || event.clipboardData === null) return
      event.clipboardData.setData('text/plain', rowsAsText(rows))
      event.preventDefault()
      announce('Copied.')
    }
    const onContextMenu = (event: MouseEvent) => {
      const rows = actedOn(event.target)
      // For text, and for fingers, the browser's own menu is of more use.
      const native = event.button === 2 && (isText(event.target) || isTouch(event))
      if (rows.length === 0 || native) return
      event.preventDefault()
      setMenu({ rows, x: event.clientX, y: event.clientY })
    }
    // With Shift, a click selects rows: it must not select all text from the last click to here.
    const onMouseDown = (event: MouseEvent) => {
      if (event.shiftKey && actedOn(event.target).length > 0) event.preventDefault()
    }
    element.addEventListener('copy', onCopy)
    element.addEventListener('contextmenu', onContextMenu)
    element.addEventListener('mousedown', onMouseDown)
    return () => {
      element.removeEventListener('copy', onCopy)
      element.removeEventListener('contextmenu', onContextMenu)
      element.removeEventListener('mousedown', onMouseDown)
    }
  }, [areas, announce])
  if (menu === undefined) return null
  return (
    <Suspense>
      <RowMenu {...menu} onClose={() => setMenu(undefined)} />
    </Suspense>
  )
}

/** The rows, unless it is text that is copied. */
function actedOn(target: EventTarget | null): readonly HTMLElement[] {
  return isTyping(target) || getSelection()?.isCollapsed === false ? [] : rowsActedOn(target)
}

function isText(target: EventTarget | null): boolean {
  return (
    target instanceof Element && [...target.childNodes].some(({ nodeType }) => nodeType === Node.TEXT_NODE)
  )
}

function isTouch(event: MouseEvent): boolean {
  return (event as PointerEvent).pointerType === 'touch'
}
