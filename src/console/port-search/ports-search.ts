import { isUuid } from '../../vpc/ids.ts'
import type { PortFilters } from '../proxy-client/queries.ts'
import type { PortSort } from './sort-ports.ts'

/** The state of the ports view, as the URL has it. Deep links are made of it. */
export type PortsSearch = {
  /** What was typed in the search box. */
  q?: string
  status?: string
  /** `device_owner`, whole. */
  owner?: string
  /** ID of a security group that is on the port. */
  group?: string
  vpc?: string
  subnet?: string
  /** `port_security_enabled`. */
  security?: 'on' | 'off'
  /** How the rows are sorted; left out, they are in the platform's order. */
  sort?: PortSort
}

const UUIDS = ['group', 'vpc', 'subnet'] as const
const SORT = /^-?(?:name|status|updated|groups)$/
const TEXTS = ['q', 'status', 'owner'] as const

/** Reads the state from a URL's parameters; what does not fit is dropped, not refused. */
export function readPortsSearch(params: Record<string, unknown>): PortsSearch {
  const search: PortsSearch = {}
  for (const name of TEXTS) {
    const value = params[name]
    if (typeof value === 'string' && value.trim() !== '') search[name] = value
  }
  for (const name of UUIDS) {
    const value = params[name]
    if (typeof value === 'string' && isUuid(value.trim())) search[name] = value.trim().toLowerCase()
  }
  if (params['security'] === 'on' || params['security'] === 'off') search.security = params['security']
  if (SORT.test(String(params['sort']))) search.sort = params['sort'] as PortSort
  return search
}

/** True when something is searched for or filtered by. */
export function isNarrowed(search: PortsSearch): boolean {
  return Object.keys(search).some((name) => name !== 'sort')
}

/**
 * The filters that the server applies for a state of the view; the search box is not among them.
 */
export function filtersOf({ status, owner, group, vpc, subnet, security }: PortsSearch): PortFilters {
  return {
    ...(status && { status: [status] }),
    ...(owner && { device_owner: [owner] }),
    ...(group && { security_groups: [group] }),
    ...(vpc && { vpc_id: [vpc] }),
    ...(subnet && { virsubnet_id: [subnet] }),
    ...(security && { port_security_enabled: security === 'on' }),
  }
}
