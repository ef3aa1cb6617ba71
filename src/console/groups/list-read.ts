import { useEffect, useState } from 'react'
import type { GroupFacts } from './group-facts.ts'

/** The rest of the page waits no longer for the list's names. */
const LONGEST_WAIT_MS = 1500

/**
 * True once the groups on the list are known by name and rules, or some time has passed: what is not needed to read and
 * arrange the list must not be in the way of what is.
 */
export function useListRead(list: readonly string[], facts: GroupFacts): boolean {
  const [read, setRead] = useState(false)
  if (!read && (facts.error != null || list.every((id) => facts.groups.has(id) && facts.rules.has(id))))
    setRead(true)
  useEffect(() => {
    const timer = setTimeout(() => setRead(true), LONGEST_WAIT_MS)
    return () => clearTimeout(timer)
  }, [])
  return read
}
