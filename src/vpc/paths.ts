import { onPort } from './platform-paths.ts'

export * as paths from './platform-paths.ts'

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
