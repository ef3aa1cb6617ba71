import type { AddressGroup } from '../address-group.ts'
import { inCalls } from '../in-calls.ts'
import { PERMISSIONS } from '../permissions.ts'
import type { AddressGroupsResponse } from '../responses.ts'
import { saysNothing, textOf } from '../shown.ts'
import { readEntry } from './addresses.ts'
import { UNREADABLE } from '../unreadable-marks.ts'
import type { WithUnreadable } from '../unreadable.ts'
import { MOST_MEMBERS, MOST_REMOTE_GROUPS, type Members } from './members.ts'

/** The entries of an address group and its name, or why they can't be known. */
export type AddressGroupRead = Members & { name?: string | undefined }

/** A page of address groups with these IDs, from a marker on. */
type AddressGroupsPage = (
  id: readonly string[],
  marker: string | undefined,
) => Promise<Pick<AddressGroupsResponse, 'address_groups' | 'page_info'> & WithUnreadable>

/** A read that failed: its error code, and its status. */
type Failure = { code: string; status: number }

/** At most this many pages are read for the IDs of one call, which fit on one. */
const MOST_PAGES = 10

/**
 * Reads the entries of address groups (docs/platform.md, Objects). Never fails: a group whose
 * entries can't be read says why, with the permission that it takes where the platform refuses.
 * @param failureOf what is known of an error of `page`; throws what is no failed read
 */
export async function readAddressGroups(
  ids: readonly string[],
  page: AddressGroupsPage,
  failureOf: (error: unknown) => Failure,
): Promise<Map<string, AddressGroupRead>> {
  const read = new Map<string, AddressGroupRead>(
    ids.map((id) => [id, { unresolved: `more than ${MOST_REMOTE_GROUPS} address groups are named` }]),
  )
  await Promise.all(
    inCalls(ids.slice(0, MOST_REMOTE_GROUPS)).map(async (asked) => {
      const unresolved = (why: string) => {
        for (const id of asked) read.set(id, { unresolved: why })
      }
      unresolved('the platform does not show it')
      try {
        let marker: string | undefined
        for (let pages = 0; pages === 0 || (marker !== undefined && pages < MOST_PAGES); pages++) {
          const { address_groups, page_info, [UNREADABLE]: unreadable } = await page(asked, marker)
          // Which ones these are may not be known.
          if (unreadable) return unresolved("the platform's list of address groups can't be read in full")
          for (const group of address_groups) if (read.has(group.id)) read.set(group.id, entriesOf(group))
          marker = page_info?.next_marker || undefined
        }
      } catch (error) {
        const { code, status } = failureOf(error)
        const permission =
          status === 403 ? `; it takes the permission ${PERMISSIONS.address_groups.join(', ')}` : ''
        unresolved(`its addresses could not be read (${code}${permission})`)
      }
    }),
  )
  return read
}

/** What `ip_set` says; where it is missing, what `ip_extra_set` does. */
function entriesOf({ name, ip_set, ip_extra_set }: AddressGroup): AddressGroupRead {
  const shown = { name: textOf(name) }
  const entries: unknown[] | undefined =
    ip_set ?? (Array.isArray(ip_extra_set) ? ip_extra_set.map((entry: unknown) => ipOf(entry)) : undefined)
  if (entries === undefined)
    return {
      ...shown,
      unresolved: saysNothing(ip_extra_set) ? 'it lists no addresses' : "its addresses can't be read",
    }
  if (entries.length > MOST_MEMBERS)
    return { ...shown, unresolved: `it has more than ${MOST_MEMBERS} entries` }
  const odd = entries.find((entry) => typeof entry !== 'string' || readEntry(entry) === undefined)
  if (odd !== undefined) return { ...shown, unresolved: `its entry ${JSON.stringify(odd)} can't be read` }
  return { ...shown, addresses: entries as string[] }
}

function ipOf(entry: unknown): unknown {
  return typeof entry === 'object' && entry !== null && 'ip' in entry ? entry.ip : (entry ?? null)
}
