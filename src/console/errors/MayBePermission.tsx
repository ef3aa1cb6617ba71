import type { JSX } from 'react'
import { PERMISSIONS } from '../../vpc/permissions.ts'

/**
 * Said where a list is empty: the platform may leave out what the key must not see, without a word
 * (docs/platform.md, Permissions).
 */
export function MayBePermission({ part }: { part: 'ports' | 'groups' }): JSX.Element {
  const [permission, ...others] = PERMISSIONS[part]
  return (
    <>
      The list may also be empty because Portside’s key may not see them. Ask your Portside administrator: the
      key needs <code>{permission}</code>
      {others.map((one) => (
        <span key={one}>
          {' '}
          (or <code>{one}</code>)
        </span>
      ))}
      , and in an enterprise project <code>enterprise_project_id</code> in <code>PORTSIDE_PROJECTS</code>.
    </>
  )
}
