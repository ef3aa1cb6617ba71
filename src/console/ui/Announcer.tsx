import { createContext, useCallback, useContext, useRef, type JSX, type ReactNode } from 'react'

type Announce = (message: string) => void

const AnnounceContext = createContext<Announce>(() => {})

/** Announces something to screen readers, politely, without moving the focus. */
export function useAnnounce(): Announce {
  return useContext(AnnounceContext)
}

/** Holds the live region that `useAnnounce` speaks through. Once, around the whole console. */
export function Announcer({ children }: { children: ReactNode }): JSX.Element {
  const region = useRef<HTMLOutputElement>(null)
  const announce = useCallback<Announce>((message) => {
    const output = region.current
    // The same words twice must change the text, or they are not read out again.
    if (output) output.textContent = message === output.textContent ? `${message}\u00a0` : message
  }, [])
  return (
    <AnnounceContext value={announce}>
      {children}
      <output ref={region} className="visually-hidden" aria-live="polite" />
    </AnnounceContext>
  )
}
