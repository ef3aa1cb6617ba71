import {
  nativePortsQuery,
  nativeRulesQuery,
  nativeSecurityGroupsQuery,
  v1RulesQuery,
  v1SecurityGroupsQuery,
} from '../vpc/old-lists.ts'
import type { DocumentedPort as Port } from '../vpc/port.ts'
import type { DocumentedGroup as SecurityGroup } from '../vpc/security-group.ts'
import { v1PortsQuery } from '../vpc/v1-ports.ts'
import { listQuery, page } from './lists.ts'
import { oldRules, type OldRule } from './old-rules.ts'
import type { PlatformRequest, PlatformResponse } from './platform-calls.ts'
import { namedGroup, namedPort, updatePort } from './port-calls.ts'
import { portValues, withoutAllGranted } from './port-filters.ts'
import { v1Port } from './v1-ports.ts'

// The v1 calls and the native ones of OpenStack (v2.0). Both have the request ID in the header
// only.

const respond = (body: Record<string, unknown>): PlatformResponse => ({
  status: 200,
  body,
  noRequestId: true,
})

// v1: no page_info; the next page's marker is the last object's ID.

export function listV1Ports({ project, search }: PlatformRequest): PlatformResponse {
  const query = withoutAllGranted(listQuery(v1PortsQuery, search))
  return respond({ ports: page(project.ports, query, oldPortValues(project)).items.map(v1Port) })
}

export function showV1Port({ project, id }: PlatformRequest): PlatformResponse {
  return respond({ port: v1Port(namedPort(project, id)) })
}

export function updateV1Port({ platform, project, id, body }: PlatformRequest): PlatformResponse {
  return respond({ port: v1Port(updatePort(platform, project, id, body)) })
}

export function listV1Groups(request: PlatformRequest): PlatformResponse {
  const query = withoutAllGranted(listQuery(v1SecurityGroupsQuery, request.search))
  const { items } = page(request.project.groups, query, (group, name) => group[name])
  return respond({ security_groups: items.map((group) => v1Group(request, group)) })
}

export function showV1Group(request: PlatformRequest): PlatformResponse {
  return respond({ security_group: v1Group(request, namedGroup(request.project, request.id)) })
}

export function listV1Rules({ project, search, region }: PlatformRequest): PlatformResponse {
  const query = listQuery(v1RulesQuery, search)
  const { items } = page(oldRules(project, region.oldestRules).all, query, (rule, name) => rule[name])
  return respond({ security_group_rules: items.map(v1Rule) })
}

// v2.0: a link to the next page.

export function listNativePorts(request: PlatformRequest): PlatformResponse {
  const { project, search } = request
  const query = listQuery(nativePortsQuery, search)
  const found = page(project.ports, query, oldPortValues(project))
  return respond({ ports: found.items.map(nativePort), ...links('ports', request, query, found.page_info) })
}

export function showNativePort({ project, id }: PlatformRequest): PlatformResponse {
  return respond({ port: nativePort(namedPort(project, id)) })
}

export function updateNativePort({ platform, project, id, body }: PlatformRequest): PlatformResponse {
  return respond({ port: nativePort(updatePort(platform, project, id, body)) })
}

export function listNativeGroups(request: PlatformRequest): PlatformResponse {
  const query = listQuery(nativeSecurityGroupsQuery, request.search)
  const found = page(request.project.groups, query, (group, name) =>
    name === 'tenant_id' ? group.project_id : group[name],
  )
  return respond({
    security_groups: found.items.map((group) => nativeGroup(request, group)),
    ...links('security_groups', request, query, found.page_info),
  })
}

export function showNativeGroup(request: PlatformRequest): PlatformResponse {
  return respond({ security_group: nativeGroup(request, namedGroup(request.project, request.id)) })
}

export function listNativeRules(request: PlatformRequest): PlatformResponse {
  const { project, search, region } = request
  const query = listQuery(nativeRulesQuery, search)
  const found = page(oldRules(project, region.oldestRules).all, query, (rule, name) => rule[name])
  return respond({
    security_group_rules: found.items,
    ...links('security_group_rules', request, query, found.page_info),
  })
}

function oldPortValues(project: PlatformRequest['project']) {
  const values = portValues(project)
  return (port: Port, name: string) => {
    if (name === 'network_id') return port.virsubnet_id
    if (name === 'tenant_id') return port.project_id
    if (name === 'fixed_ips')
      return port.private_ips?.flatMap((ip) => [
        `ip_address=${ip.ip_address}`,
        `subnet_id=${ip.subnet_cidr_id}`,
      ])
    return values(port, name)
  }
}

function v1Group({ project, region }: PlatformRequest, group: SecurityGroup) {
  return {
    id: group.id,
    name: group.name,
    description: group.description,
    // Only a hint, and empty for groups that are not made in a VPC.
    vpc_id: '',
    enterprise_project_id: group.enterprise_project_id,
    security_group_rules: oldRules(project, region.oldestRules).of(group.id).map(v1Rule),
  }
}

function v1Rule(native: OldRule) {
  const { project_id: _project, created_at: _created, updated_at: _updated, ...rule } = native
  return rule
}

function nativeGroup({ project, region }: PlatformRequest, group: SecurityGroup) {
  return {
    id: group.id,
    name: group.name,
    description: group.description,
    tenant_id: group.project_id,
    project_id: group.project_id,
    created_at: group.created_at,
    updated_at: group.updated_at,
    security_group_rules: oldRules(project, region.oldestRules).of(group.id),
  }
}

function nativePort(port: Port) {
  const { instance_id: _, instance_type: _type, zone_id: _zone, enable_efi: _efi, ...old } = v1Port(port)
  return { ...old, project_id: port.project_id, created_at: port.created_at, updated_at: port.updated_at }
}

/** The link of a native list to its next page, where there is one. */
function links(
  list: string,
  { url }: PlatformRequest,
  { limit }: { limit?: number | undefined },
  { next_marker }: { next_marker?: string },
) {
  if (next_marker === undefined) return {}
  const href = new URL(url)
  if (limit !== undefined) href.searchParams.set('limit', String(limit))
  href.searchParams.set('marker', next_marker)
  return { [`${list}_links`]: [{ rel: 'next', href: href.href }] }
}
