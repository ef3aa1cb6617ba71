import { keepChoice, storedChoice } from '../hooks/stored-choice.ts'

// The groups that ports had when this browser last saw them. On a slow line, the next visit asks
// for them together with the port, and not after it; nothing is shown because it is in here.

const KEY = 'portside.groups-seen'
/** Of so many ports, those that were read last. */
const PORTS = 30
/** A longer list is asked for when it is known. */
const MOST_GROUPS = 20

type Seen = [port: string, groups: string[]][]

/**
 * The groups that a port had when it was last seen in this browser; none where that is not known.
 */
export function groupsSeen(port: string): readonly string[] {
  return stored().find(([id]) => id === port)?.[1] ?? []
}

/** Keeps the groups of a port that has been read. */
export function keepGroupsSeen(port: string, groups: readonly string[]): void {
  const seen = stored()
  const [latest] = seen
  if (latest?.[0] === port && String(latest[1]) === String(groups)) return
  const others = seen.filter(([id]) => id !== port)
  const kept = groups.length > MOST_GROUPS ? others : [[port, groups], ...others].slice(0, PORTS)
  keepChoice(KEY, JSON.stringify(kept))
}

function stored(): Seen {
  try {
    const seen: unknown = JSON.parse(storedChoice(KEY) ?? '[]')
    return Array.isArray(seen) ? seen.filter(isEntry) : []
  } catch {
    return []
  }
}

function isEntry(one: unknown): one is Seen[number] {
  if (!Array.isArray(one)) return false
  const [port, groups] = one as unknown[]
  return (
    typeof port === 'string' &&
    Array.isArray(groups) &&
    groups.length <= MOST_GROUPS &&
    groups.every((group) => typeof group === 'string')
  )
}
