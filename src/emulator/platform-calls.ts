import type { IncomingHttpHeaders } from 'node:http'
import { isUuid } from '../vpc/ids.ts'
import type { DocumentedPort as Port } from '../vpc/port.ts'
import { portsQuery, rulesQuery, securityGroupsQuery } from '../vpc/requests.ts'
import { v1PortsQuery } from '../vpc/v1-ports.ts'
import type { Platform, Project } from './platform.ts'
import { PlatformError } from './error-codes.ts'
import { listQuery, page, type FilterValues } from './lists.ts'
import { insertSecurityGroups, namedPort, removeSecurityGroups, updatePort } from './port-calls.ts'
import { v1Port } from './v1-ports.ts'

/**
 * A request as the calls see it: `id` is the last ID of the path, `search` the query without its
 * question mark.
 */
type PlatformRequest = { platform: Platform; project: Project; id: string; search: string; body: Buffer }
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
  respond: (request: PlatformRequest) => PlatformResponse
}

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

/**
 * The calls of the platform (docs/platform.md, Calls), and show rule, which the official client has
 * too.
 */
export const PLATFORM_CALLS: readonly PlatformCall[] = [
  { method: 'GET', path: '/v3/:project_id/ports', respond: listPorts },
  {
    method: 'GET',
    path: '/v3/:project_id/ports/:id',
    respond: ({ project, id }) => ok({ port: namedPort(project, id) }),
  },
  {
    method: 'PUT',
    path: '/v3/:project_id/ports/:id/insert-security-groups',
    respond: ({ platform, project, id, body }) => changed(insertSecurityGroups(platform, project, id, body)),
  },
  {
    method: 'PUT',
    path: '/v3/:project_id/ports/:id/remove-security-groups',
    respond: ({ platform, project, id, body }) => changed(removeSecurityGroups(platform, project, id, body)),
  },
  { method: 'GET', path: '/v3/:project_id/vpc/security-groups', respond: listGroups },
  { method: 'GET', path: '/v3/:project_id/vpc/security-groups/:id', respond: showGroup },
  { method: 'GET', path: '/v3/:project_id/vpc/security-group-rules', respond: listRules },
  { method: 'GET', path: '/v3/:project_id/vpc/security-group-rules/:id', respond: showRule },
  { method: 'GET', path: '/v1/:project_id/ports', respond: listV1Ports },
  {
    method: 'GET',
    path: '/v1/:project_id/ports/:id',
    respond: ({ project, id }) => ok({ port: v1Port(namedPort(project, id)) }),
  },
  { method: 'PUT', path: '/v1/:project_id/ports/:id', respond: replaceAttributes },
  { method: 'PUT', path: '/v2.0/ports/:id', respond: replaceAttributes },
]

const ok = (body: Record<string, unknown>): PlatformResponse => ({ status: 200, body })
const changed = (port: Port | undefined): PlatformResponse =>
  port ? ok({ port }) : { status: 202, body: {} }

function replaceAttributes({ platform, project, id, body }: PlatformRequest): PlatformResponse {
  return { ...ok({ port: v1Port(updatePort(platform, project, id, body)) }), noRequestId: true }
}

function portValues(project: Project): FilterValues<Port> {
  return (port, name) => {
    if (name === 'private_ips') return port.private_ips?.map((ip) => ip.ip_address)
    if (name === 'enterprise_project_id') return project.enterpriseProjectOf(port)
    return port[name]
  }
}

function listPorts({ project, search }: PlatformRequest): PlatformResponse {
  const query = listQuery(portsQuery, search)
  const { items, page_info } = page(project.ports, withoutAllGranted(query), portValues(project))
  return ok({ ports: items, page_info })
}

function listV1Ports({ project, search }: PlatformRequest): PlatformResponse {
  const query = listQuery(v1PortsQuery, search)
  const values = portValues(project)
  const { items } = page(project.ports, withoutAllGranted(query), (port, name) => {
    if (name === 'network_id') return port.virsubnet_id
    if (name === 'fixed_ips')
      return port.private_ips?.flatMap((ip) => [
        `ip_address=${ip.ip_address}`,
        `subnet_id=${ip.subnet_cidr_id}`,
      ])
    return values(port, name)
  })
  // The old list has no page_info: the next page's marker is the last port's ID.
  return ok({ ports: items.map(v1Port) })
}

function listGroups({ project, search }: PlatformRequest): PlatformResponse {
  const query = withoutAllGranted(listQuery(securityGroupsQuery, search))
  const { items, page_info } = page(project.groups, query, (group, name) => group[name])
  return ok({ security_groups: items, page_info })
}

function showGroup({ project, id }: PlatformRequest): PlatformResponse {
  if (!isUuid(id))
    throw new PlatformError('invalidParameter', `security_group_id ${id} must be a UUID with hyphens.`)
  const group = project.groups.get(id)
  if (!group) throw new PlatformError('groupNotFound', `Security group ${id} could not be found.`)
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

/** `all_granted_eps` asks for every enterprise project that the caller may see: here, all. */
function withoutAllGranted<Q extends { enterprise_project_id?: string | undefined }>(query: Q): Q {
  return query.enterprise_project_id === 'all_granted_eps'
    ? { ...query, enterprise_project_id: undefined }
    : query
}
