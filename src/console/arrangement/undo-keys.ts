import { useEffect } from 'react'
import { isTyping } from '../hooks/typing.ts'
import { redo, undo, type ChangeArrangement } from './arrangement.ts'

/** Ctrl+Z (⌘Z) undoes, Ctrl+Shift+Z and Ctrl+Y redo; not in a field, nor behind a dialog. */
export function useUndoKeys(change: ChangeArrangement): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || isTyping(event.target)) return
      if (document.querySelector('dialog:modal') !== null) return
      const key = event.key.toLowerCase()
      const act = key === 'z' ? (event.shiftKey ? redo : undo) : key === 'y' ? redo : undefined
      if (act === undefined) return
      event.preventDefault()
      change(act)
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [change])
}
