import type { RefObject } from 'react'

/** What keys do to what is lifted. */
export type KeyLift = { moveBy: (positions: 1 | -1) => void; drop: () => void; cancel: () => void }

const MOVES: Readonly<Record<string, 1 | -1>> = { ArrowUp: -1, ArrowDown: 1 }

/**
 * Gives the keys of a grip to what was lifted by it, until that is dropped (Space, Enter) or
 * cancelled: by Escape, or by whatever takes the focus off the grip or the page out of sight.
 * dnd-kit could do it, but takes several frames of a slow machine to begin (decision 0009).
 * @returns ends it, and calls nothing
 */
export function followKeys(grip: EventTarget, lift: RefObject<KeyLift>): () => void {
  const following = new AbortController()
  const { signal } = following
  const end = (act: 'drop' | 'cancel') => {
    following.abort()
    lift.current[act]()
  }
  const onKeyDown = (event: Event) => {
    const { code, repeat } = event as KeyboardEvent
    const by = MOVES[code]
    if (by !== undefined) lift.current.moveBy(by)
    else if (code === 'Space' || code === 'Enter') {
      // Space that is held down for long lifts once, and does not drop.
      if (!repeat) end('drop')
    } else if (code === 'Escape') end('cancel')
    else return
    event.preventDefault()
    // It means nothing else now: to the row, or to what Escape closes.
    event.stopPropagation()
  }
  const cancel = () => end('cancel')
  grip.addEventListener('keydown', onKeyDown, { signal })
  grip.addEventListener('focusout', cancel, { signal })
  document.addEventListener('visibilitychange', cancel, { signal })
  for (const type of ['blur', 'resize']) addEventListener(type, cancel, { signal })
  return () => following.abort()
}
