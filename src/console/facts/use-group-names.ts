import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { textOf } from '../../vpc/shown.ts'
import { groupsByIdQuery } from '../proxy-client/queries.ts'

/** How long the rows in sight must stay the same before their groups are asked for. */
const SETTLE_MS = 120

type Names = { project: string; known: ReadonlyMap<string, string | undefined> }

/**
 * The names of security groups, by ID, as they become known; asked for only when the rows in sight
 * need them. A group that the platform does not show, or that has no name, is `undefined`.
 */
export function useGroupNames(
  project: string,
  ids: readonly string[],
): ReadonlyMap<string, string | undefined> {
  const [names, setNames] = useState<Names>({ project, known: new Map() })
  const known = names.project === project ? names.known : NO_NAMES
  const missing = useSettled([...new Set(ids)].filter((id) => !known.has(id)))
  const { data, error } = useQuery({
    ...groupsByIdQuery(project, missing),
    enabled: missing.length > 0,
  })
  if ((data !== undefined || error !== null) && missing.some((id) => !known.has(id)))
    setNames({
      project,
      known: new Map([...known, ...missing.map((id) => [id, textOf(data?.[id]?.name)] as const)]),
    })
  return known
}

const NO_NAMES: ReadonlyMap<string, string | undefined> = new Map()

function useSettled(ids: string[]): string[] {
  const text = ids.toSorted().join(' ')
  const [settled, setSettled] = useState<string[]>([])
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text === '' ? [] : text.split(' ')), SETTLE_MS)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
