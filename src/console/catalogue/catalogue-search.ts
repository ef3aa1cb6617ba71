import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useMemo, useState } from 'react'
import { isUuid } from '../../vpc/ids.ts'
import type { SecurityGroup } from '../../vpc/security-group.ts'
import { textOf } from '../../vpc/shown.ts'
import { unreadableIn } from '../../vpc/unreadable-pages.ts'
import type { UnreadableEntries } from '../../vpc/unreadable.ts'
import { groupsByIdQuery, groupsInfiniteQuery } from '../proxy-client/queries.ts'

/** A search reads no further pages once it has this many matches; the operator can ask for more. */
const ENOUGH_MATCHES = 50

/** The group IDs of a pasted text, between spaces, commas or quotes; none unless all are IDs. */
function pastedIds(text: string): string[] {
  const words = text.split(/[\s,;"'[\]]+/).filter(Boolean)
  return words.length > 0 && words.every(isUuid) ? [...new Set(words.map((id) => id.toLowerCase()))] : []
}

/** True when the group's name, ID or description contains the text, in any case. */
function groupMatches(group: SecurityGroup, text: string): boolean {
  const wanted = text.trim().toLowerCase()
  return [group.name, group.id, group.description].some((field) =>
    textOf(field)?.toLowerCase().includes(wanted),
  )
}

/** The groups that a search found, and how far it got. */
export type CatalogueResult = {
  /** The matching groups read so far; those on the list among them. */
  groups: readonly SecurityGroup[]
  /** The text was a list of IDs: exactly these groups were read. */
  exact: boolean
  /** Pasted IDs that are no group's of this project. */
  unknownIds: readonly string[]
  /** Groups that the platform sent in a form that can't be read. */
  unreadable: UnreadableEntries | undefined
  /** How many groups have been read, and whether these are all. */
  read: number
  complete: boolean
  state: 'loading' | 'reading' | 'idle' | 'failed'
  error: unknown
  /** Reads the next page; goes on searching after a stop or a failure. */
  readMore: () => void
  /** Stops searching. */
  stop: () => void
}

/**
 * The groups of a project that match a text. The platform can't search for a part of a name, so
 * pages are read one after the other while there are few matches. Of a list of IDs, exactly these
 * groups are read.
 */
export function useCatalogue(project: string, text: string): CatalogueResult {
  const search = useDeferredValue(text.trim())
  const ids = useMemo(() => pastedIds(search), [search])
  const [stoppedFor, setStoppedFor] = useState<string>()
  const byId = useQuery({ ...groupsByIdQuery(project, ids), enabled: ids.length > 0 })
  const pages = useInfiniteQuery(groupsInfiniteQuery(project, {}))
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = pages

  const read = useMemo(() => data?.pages.flatMap((page) => page.security_groups) ?? [], [data])
  const unreadable = useMemo(() => unreadableIn(data?.pages ?? []), [data])
  const found = useMemo(
    () => (search === '' || ids.length > 0 ? read : read.filter((group) => groupMatches(group, search))),
    [read, search, ids],
  )
  const searching =
    search !== '' && ids.length === 0 && stoppedFor !== search && found.length < ENOUGH_MATCHES
  const wantsMore = searching && hasNextPage && !isFetching && !isError
  useEffect(() => {
    if (wantsMore) void fetchNextPage()
  }, [wantsMore, fetchNextPage])

  if (ids.length > 0) {
    // What the pages have read stays in sight, and selected, while the rest is asked for.
    const known: Partial<Record<string, SecurityGroup>> =
      byId.data ?? Object.fromEntries(read.map((group) => [group.id, group]))
    const groups = ids.flatMap((id) => known[id] ?? [])
    return {
      groups,
      exact: true,
      unknownIds: byId.data === undefined ? [] : ids.filter((id) => known[id] === undefined),
      unreadable: undefined,
      read: ids.length,
      complete: true,
      state: byId.isError ? 'failed' : !byId.isPending ? 'idle' : groups.length > 0 ? 'reading' : 'loading',
      error: byId.error,
      readMore: () => void byId.refetch(),
      stop: () => {},
    }
  }
  return {
    groups: found,
    exact: false,
    unknownIds: [],
    unreadable,
    read: read.length,
    complete: data !== undefined && !hasNextPage,
    state: isError ? 'failed' : pages.isPending ? 'loading' : isFetching ? 'reading' : 'idle',
    error: pages.error,
    readMore: () => {
      setStoppedFor(undefined)
      void (data === undefined ? pages.refetch() : fetchNextPage())
    },
    stop: () => setStoppedFor(search),
  }
}
