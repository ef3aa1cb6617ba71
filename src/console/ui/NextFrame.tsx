import { startTransition, useEffect, useState, type ReactNode } from 'react'

/**
 * Draws `children` in a frame after the one that it comes in, and from then on with all else: what
 * comes at once with much else makes one frame long.
 */
export function NextFrame({ children }: { children: ReactNode }): ReactNode {
  const [isDrawn, setDrawn] = useState(false)
  useEffect(() => startTransition(() => setDrawn(true)), [])
  return isDrawn && children
}
