import type { ProxyProject } from '../config.ts'

/** The lists that take `enterprise_project_id` (docs/platform.md, Permissions). */
const TAKES =
  /^\/(?:v3\/[^/]+\/(?:ports|vpc\/security-groups|vpc\/address-groups)|v1\/[^/]+\/(?:ports|security-groups))$/

/**
 * A query with the enterprise project of the project, where the list takes one and the query names
 * none.
 */
export function withEnterpriseProject(
  query: readonly (readonly [string, string])[],
  path: string,
  { enterprise_project_id: id }: Pick<ProxyProject, 'enterprise_project_id'>,
): readonly (readonly [string, string])[] {
  if (id === undefined || !TAKES.test(path)) return query
  if (query.some(([name]) => name === 'enterprise_project_id')) return query
  return [...query, ['enterprise_project_id', id]]
}
