import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { isUuid } from '../../vpc/ids.ts'
import { textOf } from '../../vpc/shown.ts'
import { groupsNamedQuery } from '../proxy-client/groups-named-query.ts'

/** A search must rest so long: each one is a call of the platform. */
const SETTLE_MS = 400
/** No group has a longer name (docs/platform.md, Objects). */
const LONGEST_NAME = 64

/** The groups that a text names, and why they could not be read. */
export type GroupsNamed = { groups: readonly { id: string; name: string }[]; error: unknown }

const NONE: GroupsNamed['groups'] = []

/** The security groups that have exactly this name, or this ID. */
export function useGroupsNamed(project: string, text: string): GroupsNamed {
  const name = text.trim()
  const [settled, setSettled] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setSettled(name), SETTLE_MS)
    return () => clearTimeout(timer)
  }, [name])
  const asked = settled === name && name.length > 1 && name.length <= LONGEST_NAME
  const { data, error } = useQuery({
    ...groupsNamedQuery(project, isUuid(name) ? { id: [name.toLowerCase()] } : { name: [name] }),
    enabled: asked,
  })
  const groups =
    asked && data ? data.map(({ id, name: called }) => ({ id, name: textOf(called) ?? id })) : NONE
  return { groups, error: asked ? error : null }
}
