import { Link, type NotFoundRouteProps } from '@tanstack/react-router'
import type { JSX } from 'react'
import { EmptyState } from '../ui/EmptyState.tsx'

/**
 * Shown for an address that leads nowhere; `data` may name the project that is not among the
 * operator's.
 */
export default function NotFound({ data }: NotFoundRouteProps): JSX.Element {
  const project = (data as { project?: string } | undefined)?.project
  return (
    <>
      <title>Not found · Portside</title>
      <EmptyState
        wholePage
        title={project === undefined ? 'There is no such page' : 'This project is not among yours'}
        actions={<Link to="/">Go to the ports</Link>}
      >
        {project === undefined ? (
          'Check the address.'
        ) : (
          <>
            This Portside has no project with the ID <code>{project}</code>. Choose one above, or ask the
            people who run this Portside to add it.
          </>
        )}
      </EmptyState>
    </>
  )
}
