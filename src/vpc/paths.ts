/** Paths of the platform's calls (docs/platform.md, Calls). IDs are percent-encoded. */
const at = (project: string, rest: string) => `/v3/${encodeURIComponent(project)}/${rest}`
const onPort = (port: string, call = '') => `ports/${encodeURIComponent(port)}${call}`

/**
 * The paths of the platform's API, from project, port and group IDs. Portside's own API has the
 * same under `/api`.
 */
export const paths = {
  ports: (project: string) => at(project, 'ports'),
  port: (project: string, port: string) => at(project, onPort(port)),
  insert: (project: string, port: string) => at(project, onPort(port, '/insert-security-groups')),
  remove: (project: string, port: string) => at(project, onPort(port, '/remove-security-groups')),
  securityGroups: (project: string) => at(project, 'vpc/security-groups'),
  securityGroup: (project: string, group: string) =>
    at(project, `vpc/security-groups/${encodeURIComponent(group)}`),
  rules: (project: string) => at(project, 'vpc/security-group-rules'),
  addressGroups: (project: string) => at(project, 'vpc/address-groups'),
  addressGroup: (project: string, group: string) =>
    at(project, `vpc/address-groups/${encodeURIComponent(group)}`),
} as const

/**
 * The path of the port update, which replaces the list in one call (docs/platform.md, Replace).
 */
export const updatePortPath = (project: string, port: string) =>
  `/v1/${encodeURIComponent(project)}/${onPort(port)}`

/**
 * The same call in the native form of OpenStack, for stacks without v1. The project is not in the
 * path: it is that of the credential, and of the header `X-Project-Id`.
 */
export const nativeUpdatePortPath = (port: string) => `/v2.0/${onPort(port)}`
