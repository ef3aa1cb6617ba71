import type { AddressGroup } from '../address-group.ts'
import { inCalls } from '../in-calls.ts'
import { PERMISSIONS } from '../permissions.ts'
import type { AddressGroupsResponse } from '../responses.ts'
import { saysNothing, textOf } from '../shown.ts'
import { readEntry } from './addresses.ts'
import type { Members } from './members.ts'

/** The entries of an address group and its name, or why they can't be known. */
export type AddressGroupRead = Members & { name?: string | undefined }

/** A page of address groups with these IDs, from a marker on. */
type AddressGroupsPage = (
  id: readonly string[],
  marker: string | undefined,
) => Promise<Pick<AddressGroupsResponse, 'address_groups' | 'page_info'>>

/**
 * Reads the entries of address groups (docs/platform.md, Objects). Never fails: a group whose
 * entries can't be read says why, with the permission that it takes where the platform refuses.
 * @param why the error code of what `page` throws; throws what is no refusal
 */
export async function readAddressGroups(
  ids: readonly string[],
  page: AddressGroupsPage,
  why: (error: unknown) => string,
): Promise<Map<string, AddressGroupRead>> {
  const read = new Map<string, AddressGroupRead>(
    ids.map((id) => [id, { unresolved: 'the platform does not show it' }]),
  )
  await Promise.all(
    inCalls(ids).map(async (some) => {
      try {
        const used = new Set<string | undefined>()
        let marker: string | undefined
        do {
          const { address_groups, page_info } = await page(some, marker)
          for (const group of address_groups) if (read.has(group.id)) read.set(group.id, entriesOf(group))
          used.add(marker)
          marker = page_info?.next_marker || undefined
        } while (marker !== undefined && !used.has(marker))
      } catch (error) {
        const permission = PERMISSIONS.address_groups.join(', ')
        const unresolved = `its addresses could not be read (${why(error)}; it takes the permission ${permission})`
        for (const id of some) read.set(id, { unresolved })
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
  const odd = entries.find((entry) => typeof entry !== 'string' || readEntry(entry) === undefined)
  if (odd !== undefined) return { ...shown, unresolved: `its entry ${JSON.stringify(odd)} can't be read` }
  return { ...shown, addresses: entries as string[] }
}

function ipOf(entry: unknown): unknown {
  return typeof entry === 'object' && entry !== null && 'ip' in entry ? entry.ip : (entry ?? null)
}
