import type { AddressGroup } from '../../vpc/address-group.ts'
import { timeAt, uuidOf } from './chance.ts'

type AddressGroupDraft = {
  name: string
  description: string
  version: 4 | 6
  /** Addresses, networks and ranges, with what is remarked on each. */
  entries: readonly (readonly [ip: string, remarks: string])[]
}

/** The address groups that rules of the main project name, and one that none does. */
export const addressGroups: readonly AddressGroupDraft[] = [
  {
    name: 'soc-blocklist',
    description: 'Renewed every night by the SOC',
    version: 4,
    entries: [
      ['198.51.100.128/25', 'Scanner network'],
      ['203.0.113.7', 'Brute force, ticket SOC-1240'],
      ['192.0.2.10-192.0.2.19', 'Rented servers, ticket SOC-1251'],
    ],
  },
  {
    name: 'office-ranges',
    description: 'Offices and the VPN pools of the staff',
    version: 4,
    entries: [
      ['10.30.0.0/16', 'Utrecht'],
      ['10.31.0.0/16', 'Jakarta'],
      ['172.20.8.0/22', 'VPN'],
    ],
  },
  {
    name: 'cdn-edges',
    description: '',
    version: 4,
    entries: [
      ['203.0.113.128/26', ''],
      ['198.51.100.64/27', ''],
    ],
  },
  {
    name: 'partner-ipv6',
    description: 'Not used yet',
    version: 6,
    entries: [['2001:db8:77::/48', 'Partner in Rotterdam']],
  },
]

/** The ID of a project's address group, by its name. */
export function addressGroupId(projectId: string, name: string): string {
  return uuidOf('address-group', projectId, name)
}

/** Address groups as the platform shows them (docs/platform.md, Objects). */
export function makeAddressGroups(projectId: string, drafts: readonly AddressGroupDraft[]): AddressGroup[] {
  return drafts.map(({ name, description, version, entries }, place) => ({
    id: addressGroupId(projectId, name),
    name,
    description,
    max_capacity: 20,
    ip_set: entries.map(([ip]) => ip),
    ip_version: version,
    ip_extra_set: entries.map(([ip, remarks]) => ({ ip, remarks })),
    created_at: timeAt(place * 11),
    updated_at: timeAt(place * 11 + 24),
    tenant_id: projectId,
    enterprise_project_id: '0',
    tags: [],
    status: 'NORMAL',
    status_message: '',
  }))
}
