import type { IncomingHttpHeaders } from 'node:http'
import { isUuid } from '../vpc/ids.ts'
import type { DocumentedPort as Port } from '../vpc/port.ts'
import { addressGroupsQuery, portsQuery, rulesQuery, securityGroupsQuery } from '../vpc/requests.ts'
import { PlatformError } from './error-codes.ts'
import { listQuery, page } from './lists.ts'
import {
  listNativeGroups,
  listNativePorts,
  listNativeRules,
  listV1Groups,
  listV1Ports,
  listV1Rules,
  showNativeGroup,
  showNativePort,
  showV1Group,
  showV1Port,
  updateNativePort,
  updateV1Port,
} from './old-calls.ts'
import type { Platform, Project } from './platform.ts'
import { insertSecurityGroups, namedGroup, namedPort, removeSecurityGroups } from './port-calls.ts'
import { portValues, withoutAllGranted } from './port-filters.ts'
import type { ApiPart, Region } from './region.ts'

/**
 * A request as the calls see it: `id` is the last ID of the path, `url` the whole address, `search`
 * its query without the question mark.
 */
export type PlatformRequest = {
  platform: Platform
  project: Project
  region: Region
  id: string
  url: string
  search: string
  body: Buffer
}
/**
 * Status and body of a response. The server adds `request_id` to the body, but where
 * `noRequestId` says that the platform has it in the header only.
 */
export type PlatformResponse = {
  status: 200 | 202
  body: Record<string, unknown>
  noRequestId?: boolean
}

type PlatformCall = {
  method: 'GET' | 'PUT'
  path: string
  /** The part of the API that it belongs to, which a region may lack. */
  part: ApiPart
  /** A list that takes `enterprise_project_id`. */
  byEnterpriseProject?: true
  respond: (request: PlatformRequest) => PlatformResponse
}

const get = (part: PlatformCall['part'], path: string, respond: PlatformCall['respond']): PlatformCall => ({
  method: 'GET',
  path,
  part,
  respond,
})
const put = (part: PlatformCall['part'], path: string, respond: PlatformCall['respond']): PlatformCall => ({
  method: 'PUT',
  path,
  part,
  respond,
})
const list = (part: PlatformCall['part'], path: string, respond: PlatformCall['respond']): PlatformCall => ({
  ...get(part, path, respond),
  byEnterpriseProject: true,
})

/**
 * The calls of the platform (docs/platform.md, Calls, Replace, Regions without v3), and show rule,
 * which the official client has too.
 */
export const PLATFORM_CALLS: readonly PlatformCall[] = [
  list('v3 port reads', '/v3/:project_id/ports', listPorts),
  get('v3 port reads', '/v3/:project_id/ports/:id', ({ project, id }) =>
    ok({ port: namedPort(project, id) }),
  ),
  put(
    'v3 port changes',
    '/v3/:project_id/ports/:id/insert-security-groups',
    ({ platform, project, id, body }) => changed(insertSecurityGroups(platform, project, id, body)),
  ),
  put(
    'v3 port changes',
    '/v3/:project_id/ports/:id/remove-security-groups',
    ({ platform, project, id, body }) => changed(removeSecurityGroups(platform, project, id, body)),
  ),
  list('v3 groups', '/v3/:project_id/vpc/security-groups', listGroups),
  get('v3 groups', '/v3/:project_id/vpc/security-groups/:id', showGroup),
  get('v3 groups', '/v3/:project_id/vpc/security-group-rules', listRules),
  get('v3 groups', '/v3/:project_id/vpc/security-group-rules/:id', showRule),
  list('address groups', '/v3/:project_id/vpc/address-groups', listAddressGroups),
  get('address groups', '/v3/:project_id/vpc/address-groups/:id', showAddressGroup),
  list('v1', '/v1/:project_id/ports', listV1Ports),
  get('v1', '/v1/:project_id/ports/:id', showV1Port),
  put('v1', '/v1/:project_id/ports/:id', updateV1Port),
  list('v1', '/v1/:project_id/security-groups', listV1Groups),
  get('v1', '/v1/:project_id/security-groups/:id', showV1Group),
  get('v1', '/v1/:project_id/security-group-rules', listV1Rules),
  get('v2.0', '/v2.0/ports', listNativePorts),
  get('v2.0', '/v2.0/ports/:id', showNativePort),
  put('v2.0', '/v2.0/ports/:id', updateNativePort),
  get('v2.0', '/v2.0/security-groups', listNativeGroups),
  get('v2.0', '/v2.0/security-groups/:id', showNativeGroup),
  get('v2.0', '/v2.0/security-group-rules', listNativeRules),
]

/**
 * The project that a call is for: the one in its path, else, in the native form of OpenStack, the
 * one that the header `X-Project-Id` names, else the first.
 * @throws PlatformError 403 for a project that is not there.
 */
export function projectOfCall(
  platform: Platform,
  projectId: string | undefined,
  headers: IncomingHttpHeaders,
): Project {
  const named = projectId ?? headers['x-project-id']
  return named === undefined ? platform.firstProject() : platform.project(String(named))
}

const ok = (body: Record<string, unknown>): PlatformResponse => ({ status: 200, body })
const changed = (port: Port | undefined): PlatformResponse =>
  port ? ok({ port }) : { status: 202, body: {} }

function listPorts({ project, search }: PlatformRequest): PlatformResponse {
  const query = withoutAllGranted(listQuery(portsQuery, search))
  const { items, page_info } = page(project.ports, query, portValues(project))
  return ok({ ports: items, page_info })
}

function listGroups({ project, search }: PlatformRequest): PlatformResponse {
  const query = withoutAllGranted(listQuery(securityGroupsQuery, search))
  const { items, page_info } = page(project.groups, query, (group, name) => group[name])
  return ok({ security_groups: items, page_info })
}

function showGroup({ project, id }: PlatformRequest): PlatformResponse {
  const group = namedGroup(project, id)
  return ok({ security_group: { ...group, security_group_rules: project.rulesOf(id) } })
}

function listRules({ project, search }: PlatformRequest): PlatformResponse {
  const query = listQuery(rulesQuery, search)
  const { items, page_info } = page(project.rules, query, (rule, name) => rule[name])
  return ok({ security_group_rules: items, page_info })
}

function showRule({ project, id }: PlatformRequest): PlatformResponse {
  if (!isUuid(id))
    throw new PlatformError('invalidParameter', `security_group_rule_id ${id} must be a UUID with hyphens.`)
  const rule = project.rules.get(id)
  if (!rule) throw new PlatformError('ruleNotFound', `Security group rule ${id} could not be found.`)
  return ok({ security_group_rule: rule })
}

function listAddressGroups({ project, search }: PlatformRequest): PlatformResponse {
  const query = withoutAllGranted(listQuery(addressGroupsQuery, search))
  const { items, page_info } = page(project.addressGroups, query, (group, name) => group[name])
  return ok({ address_groups: items, page_info })
}

function showAddressGroup({ project, id }: PlatformRequest): PlatformResponse {
  if (!isUuid(id))
    throw new PlatformError('invalidParameter', `address_group_id ${id} must be a UUID with hyphens.`)
  const group = project.addressGroups.get(id)
  if (!group) throw new PlatformError('addressGroupNotFound', `Address group ${id} could not be found.`)
  return ok({ address_group: group })
}
