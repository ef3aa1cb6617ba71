import { useEffect, useState } from 'react'
import type { GroupFacts } from '../facts/group-facts.ts'

/** The rest of the page waits no longer for the names of the list's groups. */
const LONGEST_WAIT_MS = 3000

/**
 * True once the list is on the screen with the names and rules of its groups, or after a while: no
 * other reading may slow down what an operator needs to read and arrange the list.
 */
export function useListDrawn(list: readonly string[], facts: GroupFacts): boolean {
  const [drawn, setDrawn] = useState(false)
  const ready = facts.error != null || list.every((id) => facts.groups.has(id) && facts.rules.has(id))
  useEffect(() => {
    if (!ready) return
    // The list is painted in the first frame.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => setDrawn(true))
    })
    return () => cancelAnimationFrame(frame)
  }, [ready])
  useEffect(() => {
    // A page in the background gets no frames.
    const timer = setTimeout(() => setDrawn(true), LONGEST_WAIT_MS)
    return () => clearTimeout(timer)
  }, [])
  return drawn
}
