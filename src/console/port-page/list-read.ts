import { useEffect, useState } from 'react'
import type { GroupFacts } from '../facts/group-facts.ts'

/** The rest of the page waits no longer for the list's names. */
const LONGEST_WAIT_MS = 3000

/**
 * True once the list is on the screen with the names and rules of its groups, or some time has
 * passed: what is not needed to read and arrange the list must not be in the way of what is.
 */
export function useListRead(list: readonly string[], facts: GroupFacts): boolean {
  const [read, setRead] = useState(false)
  const drawn = facts.error != null || list.every((id) => facts.groups.has(id) && facts.rules.has(id))
  useEffect(() => {
    if (!drawn) return
    // In the first frame it is painted.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => setRead(true))
    })
    return () => cancelAnimationFrame(frame)
  }, [drawn])
  useEffect(() => {
    // A page in the background has no frames.
    const timer = setTimeout(() => setRead(true), LONGEST_WAIT_MS)
    return () => clearTimeout(timer)
  }, [])
  return read
}
