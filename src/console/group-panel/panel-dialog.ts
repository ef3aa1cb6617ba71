import { useRouter } from '@tanstack/react-router'
import { useCallback, useEffect, useLayoutEffect, useRef, useSyncExternalStore, type RefObject } from 'react'

/**
 * Narrower than this there is no room beside the page (GroupPanel.module.css): the panel covers it.
 */
const COVERS = '(width < 1260px)'

/**
 * Closes the panel: goes back to the place in the browser's history where it was opened; where
 * there is none, only the address changes.
 */
export function useClosing(): () => void {
  const router = useRouter()
  const left = useRef<string>(undefined)
  return useCallback(() => {
    // Going back takes a moment: a second press must not go back further.
    const { href } = router.latestLocation
    if (left.current === href) return
    left.current = href
    const { panels } = router.latestLocation.state
    if (panels) router.history.go(-panels)
    else
      void router.navigate({
        to: '.',
        search: (search) => ({ ...search, panel: undefined }),
        replace: true,
        resetScroll: false,
      })
  }, [router])
}

/**
 * Opens the dialog: beside the page, which can be used all the while; or over it. The focus goes to
 * the heading, and when the dialog is gone, back to where it was last on the page. Esc closes it
 * from wherever the focus is, unless the key is for something else.
 */
export function usePanelDialog(
  dialog: RefObject<HTMLDialogElement | null>,
  heading: RefObject<HTMLElement | null>,
  close: () => void,
): void {
  const covers = useSyncExternalStore(follow, isCovering)
  useLayoutEffect(() => {
    const element = dialog.current!
    let before = document.activeElement
    const remember = ({ target }: FocusEvent) => {
      if (target instanceof Element && !element.contains(target)) before = target
    }
    // Over another dialog it has to be modal, too: all else is out of reach.
    if (covers || document.querySelector('dialog:modal')) element.showModal()
    else element.show()
    heading.current!.focus({ preventScroll: true })
    document.addEventListener('focusin', remember)
    document.documentElement.dataset['panel'] = ''
    return () => {
      document.removeEventListener('focusin', remember)
      delete document.documentElement.dataset['panel']
      const now = document.activeElement
      const isLost = now === null || now === document.body || element.contains(now)
      element.close()
      if (isLost) giveFocusTo(before)
    }
  }, [dialog, heading, covers])
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const element = dialog.current!
      // A modal one gets a `cancel` of its own.
      if (event.key !== 'Escape' || event.defaultPrevented || element.matches(':modal')) return
      if (isForOthers(element, event)) return
      event.preventDefault()
      close()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [dialog, close])
}

/** Where the element is gone, or there was none, the page's title has the focus. */
function giveFocusTo(element: Element | null): void {
  const target =
    element?.isConnected && element !== document.body ? element : document.querySelector('main h1')
  if (target instanceof HTMLElement) target.focus({ preventScroll: true })
}

/**
 * Esc ends a drag, closes what is open over the page, or empties a field, before it closes the
 * panel.
 */
function isForOthers(panel: HTMLDialogElement, { target }: KeyboardEvent): boolean {
  if (target instanceof Element && panel.contains(target)) return false
  if (document.querySelector('dialog:modal, :popover-open, [data-lifted]')) return true
  return target instanceof HTMLElement && target.matches('input:not([type=checkbox]), select, textarea')
}

function follow(change: () => void): () => void {
  const query = matchMedia(COVERS)
  query.addEventListener('change', change)
  return () => query.removeEventListener('change', change)
}

const isCovering = () => matchMedia(COVERS).matches
