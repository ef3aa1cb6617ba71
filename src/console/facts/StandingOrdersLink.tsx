import { Link } from '@tanstack/react-router'
import type { JSX } from 'react'

/** Leads to the standing orders of a project. */
export function StandingOrdersLink({ project }: { project: string }): JSX.Element {
  return (
    <Link to="/projects/$projectId/standing-orders" params={{ projectId: project }} search={{}}>
      Standing orders
    </Link>
  )
}
