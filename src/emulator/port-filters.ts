import type { DocumentedPort as Port } from '../vpc/port.ts'
import type { FilterValues } from './lists.ts'
import type { Project } from './platform.ts'

/** What a port has under the name of a filter. */
export function portValues(project: Project): FilterValues<Port> {
  return (port, name) => {
    if (name === 'private_ips') return port.private_ips?.map((ip) => ip.ip_address)
    if (name === 'enterprise_project_id') return project.enterpriseProjectOf(port)
    return port[name]
  }
}

/** `all_granted_eps` asks for every enterprise project that the caller may see: here, all. */
export function withoutAllGranted<Q extends { enterprise_project_id?: string | undefined }>(query: Q): Q {
  return query.enterprise_project_id === 'all_granted_eps'
    ? { ...query, enterprise_project_id: undefined }
    : query
}
