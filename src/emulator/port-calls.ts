import type * as z from 'zod/mini'
import { refusedFields } from '../vpc/errors.ts'
import type { DocumentedPort as Port } from '../vpc/port.ts'
import type { DocumentedGroup as SecurityGroup } from '../vpc/security-group.ts'
import {
  insertSecurityGroupsRequest,
  removeSecurityGroupsRequest,
  updatePortRequest,
} from '../vpc/requests.ts'
import { isUuid } from '../vpc/ids.ts'
import type { Platform, Project } from './platform.ts'
import { PlatformError } from './error-codes.ts'

/** The list a checked call leads to, and whether it was a dry run. */
type Checked = { security_groups: string[]; dry_run: boolean }

/**
 * insert-security-groups (docs/platform.md, Insert, Tables 2 and 3). Every check is made for a
 * dry run too; then the port is changed, or left alone for a dry run (returns undefined).
 * @throws PlatformError 400, 404 or 409 that names the offending ID or field.
 */
export function insertSecurityGroups(
  platform: Platform,
  project: Project,
  portId: string,
  body: Buffer,
): Port | undefined {
  const port = namedPort(project, portId)
  return carryOut(platform, project, portId, checkInsert(platform, project, port, body))
}

/**
 * remove-security-groups (docs/platform.md, Remove); dry run as for insert. Taking the last group
 * off is allowed.
 * @throws PlatformError 400, 404 or 409 that names the offending ID or field.
 */
export function removeSecurityGroups(
  platform: Platform,
  project: Project,
  portId: string,
  body: Buffer,
): Port | undefined {
  const port = namedPort(project, portId)
  return carryOut(platform, project, portId, checkRemove(project, port, body))
}

/**
 * The port update (docs/platform.md, Replace): each attribute that is given takes the place of the
 * port's, the list of groups in the order of the request. There is no dry run.
 * @throws PlatformError 400, 404 or 409 that names the offending ID or field.
 */
export function updatePort(platform: Platform, project: Project, portId: string, body: Buffer): Port {
  namedPort(project, portId)
  const attributes = readBody(updatePortRequest, body).port
  const { security_groups } = attributes
  if (security_groups) {
    checkGroupsExist(project, security_groups)
    if (security_groups.length > platform.groupsPerPort)
      throw new PlatformError(
        'tooManyGroups',
        `port.security_groups: ${security_groups.length} security groups exceed the quota of ` +
          `${platform.groupsPerPort}.`,
      )
  }
  return platform.updatePort(project, portId, attributes)
}

/**
 * The port that a path names. @throws PlatformError 400 when it is no UUID, 404 when there is none.
 */
export function namedPort(project: Project, portId: string): Port {
  if (!isUuid(portId))
    throw new PlatformError('invalidParameter', `port_id ${portId} must be a UUID with hyphens.`)
  return project.port(portId)
}

/**
 * The group that a path names. @throws PlatformError 400 when it is no UUID, 404 when there is
 * none.
 */
export function namedGroup(project: Project, groupId: string): SecurityGroup {
  if (!isUuid(groupId))
    throw new PlatformError('invalidParameter', `security_group_id ${groupId} must be a UUID with hyphens.`)
  const group = project.groups.get(groupId)
  if (!group) throw new PlatformError('groupNotFound', `Security group ${groupId} could not be found.`)
  return group
}

function carryOut(platform: Platform, project: Project, portId: string, checked: Checked): Port | undefined {
  const { dry_run, security_groups } = checked
  return dry_run ? undefined : platform.updatePort(project, portId, { security_groups })
}

function checkInsert(platform: Platform, project: Project, port: Port, body: Buffer): Checked {
  const request = readBody(insertSecurityGroupsRequest, body)
  const { security_groups, index } = request.port
  checkGroupsExist(project, security_groups)
  for (const [position, id] of security_groups.entries())
    if (port.security_groups.includes(id))
      throw new PlatformError(
        'groupAlreadyOnPort',
        `port.security_groups.${position}: security group ${id} is already on port ${port.id}.`,
      )
  const now = port.security_groups.length
  if (now + security_groups.length > platform.groupsPerPort)
    throw new PlatformError(
      'tooManyGroups',
      `port.security_groups: port ${port.id} has ${now} security groups, ${security_groups.length} more ` +
        `exceed the quota of ${platform.groupsPerPort}.`,
    )
  if (index !== undefined && index > now)
    throw new PlatformError(
      'indexPastEnd',
      `port.index: ${index} is past the end of the list of port ${port.id}, which has ${now} security groups.`,
    )
  // Not by src/vpc's own functions for this: the emulator judges them.
  const above = index === undefined ? port.security_groups : port.security_groups.slice(0, index)
  const below = port.security_groups.slice(above.length)
  return { security_groups: [...above, ...security_groups, ...below], dry_run: request.dry_run ?? false }
}

function checkRemove(project: Project, port: Port, body: Buffer): Checked {
  const request = readBody(removeSecurityGroupsRequest, body)
  const { security_groups } = request.port
  checkGroupsExist(project, security_groups)
  for (const [position, id] of security_groups.entries())
    if (!port.security_groups.includes(id))
      throw new PlatformError(
        'groupNotOnPort',
        `port.security_groups.${position}: security group ${id} is not on port ${port.id}.`,
      )
  const left = port.security_groups.filter((id) => !security_groups.includes(id))
  return { security_groups: left, dry_run: request.dry_run ?? false }
}

function checkGroupsExist(project: Project, ids: readonly string[]): void {
  for (const [position, id] of ids.entries())
    if (!project.groups.get(id))
      throw new PlatformError(
        'groupNotFound',
        `port.security_groups.${position}: security group ${id} could not be found.`,
      )
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The body as JSON, checked by the schema. @throws PlatformError 400 that names the field. */
export function readBody<S extends z.ZodMiniType>(schema: S, body: Buffer): z.infer<S> {
  if (body.length === 0) throw new PlatformError('malformedBody', 'The request body is missing.')
  let value: unknown
  try {
    value = JSON.parse(utf8.decode(body))
  } catch (error) {
    throw new PlatformError('malformedBody', `The request body is not JSON: ${(error as Error).message}.`)
  }
  const request = schema.safeParse(value)
  if (request.success) return request.data
  const [refused] = refusedFields(request.error, value)
  const named = refused?.path ? valueAt(value, refused.path) : undefined
  const which = typeof named === 'string' ? ` ${JSON.stringify(named.slice(0, 80))}` : ''
  throw new PlatformError(
    'invalidParameter',
    `${refused?.path || 'The request body'}${which} ${refused?.message}.`,
  )
}

function valueAt(value: unknown, path: string): unknown {
  let at = value
  for (const name of path.split('.'))
    at = typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined
  return at
}
