// The paths of the platform's API (docs/platform.md, Calls), from project, port and group IDs,
// which are percent-encoded. Portside's own API has the same under `/api`. Functions, and no
// object: the head of the page takes only some of them.

const at = (project: string, rest: string) => `/v3/${encodeURIComponent(project)}/${rest}`

export const ports = (project: string) => at(project, 'ports')
export const port = (project: string, id: string) => at(project, onPort(id))
export const insert = (project: string, id: string) => at(project, onPort(id, '/insert-security-groups'))
export const remove = (project: string, id: string) => at(project, onPort(id, '/remove-security-groups'))
export const securityGroups = (project: string) => at(project, 'vpc/security-groups')
export const securityGroup = (project: string, group: string) =>
  at(project, `vpc/security-groups/${encodeURIComponent(group)}`)
export const rules = (project: string) => at(project, 'vpc/security-group-rules')
export const addressGroups = (project: string) => at(project, 'vpc/address-groups')
export const addressGroup = (project: string, group: string) =>
  at(project, `vpc/address-groups/${encodeURIComponent(group)}`)

/** The part of a path that names a port, and a call on it. */
export const onPort = (id: string, call = '') => `ports/${encodeURIComponent(id)}${call}`
