import { Link, type NotFoundRouteProps } from '@tanstack/react-router'
import type { JSX } from 'react'
import { EmptyState } from '../ui/EmptyState.tsx'

/**
 * Shown for an address that leads nowhere; `data` may name the project that is not among the
 * operator's.
 */
export function NotFound({ data }: NotFoundRouteProps): JSX.Element {
  const project = (data as { project?: string } | undefined)?.project
  return (
    <>
      <title>Not found · Portside</title>
      <EmptyState
        wholePage
        title={project === undefined ? 'There is no such page' : 'You don’t have access to this project'}
        actions={<Link to="/">Go to the ports</Link>}
      >
        {project === undefined ? (
          'Check the address.'
        ) : (
          <>
            Its ID is <code>{project}</code>. Choose another project above, or ask your Portside
            administrator.
          </>
        )}
      </EmptyState>
    </>
  )
}
