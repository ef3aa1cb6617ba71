import { isUuid } from '../../vpc/ids.ts'
import type { PortFilters } from '../proxy-client/queries.ts'

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
}

const UUIDS = ['group', 'vpc', 'subnet'] as const
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
  return search
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
