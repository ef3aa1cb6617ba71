import { Suspense, useCallback, useEffect, useState, type JSX } from 'react'
import { createPortal } from 'react-dom'
import { later } from '../errors/later.tsx'
import { PartMissing } from '../errors/PartMissing.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { takeEarly } from '../hooks/early-events.ts'
import { isTyping } from '../hooks/typing.ts'

const KeysDialog = later(() => import('./KeysDialog.tsx').then((module) => module.KeysDialog), Missing)
const Palette = later(() => import('./Palette.tsx').then((module) => module.Palette), Missing)

/** In place of a dialog whose code can't be loaded. */
function Missing({ onClose }: { onClose: () => void }): JSX.Element {
  return (
    <Dialog open onClose={onClose} title="Not loaded">
      <PartMissing />
    </Dialog>
  )
}

/** The keys that work on every page: `?`, `/`, and Ctrl+K or ⌘K. Not behind a dialog. */
export function GlobalKeys(): JSX.Element | null {
  const [open, setOpen] = useState<'keys' | 'palette'>()
  useEffect(() => {
    const take = (event: KeyboardEvent): boolean => {
      if (document.querySelector('dialog:modal')) return false
      const { key, ctrlKey, metaKey, altKey } = event
      if ((ctrlKey || metaKey) && !altKey && key.toLowerCase() === 'k') setOpen('palette')
      else if (ctrlKey || metaKey || altKey || isTyping(event.target)) return false
      else if (key === '?') setOpen('keys')
      else if (key === '/') {
        const search = document.querySelector<HTMLInputElement>('main input[type=search]:not([data-find] *)')
        if (search === null) return false
        search.focus()
        search.select()
      } else return false
      event.preventDefault()
      return true
    }
    // What is open, or the part of the page with the focus, may have taken it.
    const onKeyDown = (event: KeyboardEvent) => event.defaultPrevented || take(event)
    addEventListener('keydown', onKeyDown)
    takeEarly('keydown', take)
    return () => removeEventListener('keydown', onKeyDown)
  }, [])
  const close = useCallback(() => setOpen(undefined), [])
  const showKeys = useCallback(() => setOpen('keys'), [])
  if (open === undefined) return null
  // Beside the page's landmarks: a dialog has a header of its own.
  return createPortal(
    <Suspense>
      {open === 'keys' ? <KeysDialog onClose={close} /> : <Palette onClose={close} onKeys={showKeys} />}
    </Suspense>,
    document.body,
  )
}
