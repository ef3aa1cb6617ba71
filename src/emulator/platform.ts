import type { AddressGroup } from '../vpc/address-group.ts'
import { DEFAULT_GROUPS_PER_PORT, type DocumentedPort as Port } from '../vpc/port.ts'
import type {
  DocumentedGroup as SecurityGroup,
  DocumentedRule as SecurityGroupRule,
} from '../vpc/security-group.ts'
import { Collection } from './collection.ts'
import { PlatformError } from './error-codes.ts'
import type { Estate, ProjectEstate } from './estate.ts'
import type { PortAttributes, Storage } from './storage.ts'

/** One project of the emulated platform. */
export class Project {
  readonly id: string
  readonly ports: Collection<Port>
  readonly groups: Collection<SecurityGroup>
  readonly rules: Collection<SecurityGroupRule>
  readonly addressGroups: Collection<AddressGroup>
  readonly #rulesByGroup = new Map<string, SecurityGroupRule[]>()
  readonly #enterpriseProjects: Map<string, string>

  constructor(estate: ProjectEstate) {
    this.id = estate.id
    this.ports = new Collection(estate.ports)
    this.groups = new Collection(estate.security_groups)
    this.rules = new Collection(estate.security_group_rules)
    this.addressGroups = new Collection(estate.address_groups)
    this.#enterpriseProjects = new Map(estate.vpcs.map((vpc) => [vpc.id, vpc.enterprise_project_id]))
    for (const rule of estate.security_group_rules) {
      const rules = this.#rulesByGroup.get(rule.security_group_id)
      if (rules) rules.push(rule)
      else this.#rulesByGroup.set(rule.security_group_id, [rule])
    }
  }

  /** The port with this ID. @throws PlatformError 404. */
  port(id: string): Port {
    const port = this.ports.get(id)
    if (!port) throw new PlatformError('portNotFound', `Port ${id} could not be found.`)
    return port
  }

  /** The project as it is for one who may see nothing in it. */
  empty(): Project {
    return new Project({
      id: this.id,
      name: '',
      vpcs: [],
      ports: [],
      security_groups: [],
      security_group_rules: [],
      address_groups: [],
    })
  }

  /** The rules of a group, in list order. */
  rulesOf(groupId: string): readonly SecurityGroupRule[] {
    return this.#rulesByGroup.get(groupId) ?? []
  }

  /**
   * The enterprise project of a port: that of its VPC, `0` (the default one) when the port names
   * none.
   */
  enterpriseProjectOf(port: Port): string {
    return this.#enterpriseProjects.get(port.vpc_id ?? '') ?? '0'
  }
}

/**
 * The emulated platform: projects, and the one thing in them that changes, their ports.
 */
export class Platform {
  /** At most this many security groups on one port. */
  readonly groupsPerPort: number
  readonly #storage: Storage
  #projects = new Map<string, Project>()

  constructor(storage: Storage, groupsPerPort = DEFAULT_GROUPS_PER_PORT) {
    this.groupsPerPort = groupsPerPort
    this.#storage = storage
    this.#load(storage.estate)
  }

  /**
   * The project with this ID. @throws PlatformError 403, as the platform does for projects of
   * others.
   */
  project(id: string): Project {
    const project = this.#projects.get(id)
    if (!project)
      throw new PlatformError('projectNotAllowed', `Token not allowed to do this action: project ${id}.`)
    return project
  }

  /** The project of a credential that names none. */
  firstProject(): Project {
    return [...this.#projects.values()][0] as Project
  }

  /** The project that has a port with this ID. @throws PlatformError 404 when none has. */
  projectOfPort(portId: string): Project {
    for (const project of this.#projects.values()) if (project.ports.get(portId)) return project
    throw new PlatformError('portNotFound', `Port ${portId} could not be found.`)
  }

  /**
   * Changes attributes of a port, its list of groups among them, and moves its `updated_at`. On
   * disk before it is visible, so that a crash takes back nothing that had a response. Returns the
   * new port.
   * @throws Error when the disk refuses; the port is then as it was.
   */
  updatePort(project: Project, portId: string, attributes: PortAttributes): Port {
    const port = project.port(portId)
    const updated_at = timeAfter(port.updated_at)
    const { security_groups } = port
    this.#storage.keep({
      project_id: project.id,
      port_id: portId,
      security_groups,
      ...attributes,
      updated_at,
    })
    const changed = { ...port, ...attributes, updated_at }
    project.ports.replace(changed)
    return changed
  }

  /** Puts everything back to how it was made. */
  reset(): void {
    this.#load(this.#storage.reset())
  }

  #load(estate: Estate): void {
    this.#projects = new Map(estate.projects.map((project) => [project.id, new Project(project)]))
  }
}

/**
 * Now in the form of the reference's example, and later than `earlier` even within one millisecond.
 */
function timeAfter(earlier: string | null | undefined): string {
  const before = Date.parse(earlier ?? '')
  const now = Date.now()
  const time = Number.isNaN(before) ? now : Math.max(now, before + 1)
  return new Date(time).toISOString().replace('Z', '+00:00')
}
