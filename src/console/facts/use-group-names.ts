import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { SecurityGroup } from '../../vpc/security-group.ts'
import { groupsByIdQuery } from '../proxy-client/queries.ts'
import type { Named } from './group-names.ts'

/** How long the rows in sight must stay the same before their groups are asked for. */
const SETTLE_MS = 120

type Names = { project: string; known: Named }

/**
 * The security groups, by ID, as they become known, to be named (group-names.ts); asked for only
 * when the rows in sight need them. One that the platform does not show is null.
 */
export function useGroupNames(project: string, ids: readonly string[]): Named {
  const [names, setNames] = useState<Names>({ project, known: NONE })
  const known = names.project === project ? names.known : NONE
  const missing = useSettled([...new Set(ids)].filter((id) => !known.has(id)))
  const { data, error } = useQuery({
    ...groupsByIdQuery(project, missing),
    enabled: missing.length > 0,
  })
  if ((data !== undefined || error !== null) && missing.some((id) => !known.has(id)))
    setNames({
      project,
      known: new Map([...known, ...missing.map((id) => [id, data?.[id] ?? null] as const)]),
    })
  return known
}

const NONE: ReadonlyMap<string, SecurityGroup | null> = new Map()

function useSettled(ids: string[]): string[] {
  const text = ids.toSorted().join(' ')
  const [settled, setSettled] = useState<string[]>([])
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text === '' ? [] : text.split(' ')), SETTLE_MS)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
