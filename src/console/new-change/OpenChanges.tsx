import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMemo, type JSX } from 'react'
import type { OpenOnPorts } from '../../vpc/bulk-changes-api.ts'
import type { BulkPlan } from '../bulk-plan/bulk-plan.ts'
import { openOnPorts } from '../proxy-client/bulk-changes.ts'
import { Notice } from '../ui/Notice.tsx'
import { Time } from '../ui/Time.tsx'
import styles from './NewChangePage.module.css'

const NONE: readonly OpenOnPorts[] = []

/** The open bulk changes that still have ports of a plan; none while they are not known. */
export function useOpenChanges(project: string, plan: BulkPlan) {
  const ports = useMemo(
    () => plan.kinds.flatMap((kind) => Array.from(kind.ports, (place) => plan.ports[place]!.id)),
    [plan],
  )
  // Ten thousand IDs are no key: each plan has one of its own.
  const key = useMemo(() => (ports.length === 0 ? '' : crypto.randomUUID()), [ports])
  const { data, refetch } = useQuery({
    queryKey: ['open-on-ports', project, key],
    queryFn: ({ signal }) => openOnPorts(project, ports, signal),
    enabled: ports.length > 0,
    gcTime: 0,
    refetchOnWindowFocus: true,
  })
  return { open: data ?? NONE, lookAgain: refetch }
}

/** What is open on the same ports, so that nobody begins the same twice; nothing where none is. */
export function OpenChanges({
  project,
  open,
}: {
  project: string
  open: readonly OpenOnPorts[]
}): JSX.Element | null {
  if (open.length === 0) return null
  return (
    <Notice tone="warn" role="alert" title="Another change is open on these ports">
      <ul className={styles.stack}>
        {open.map(({ bulk_change_id, user, created_at, words, ports }) => (
          <li key={bulk_change_id}>
            An open change has {ports.toLocaleString('en')} of these ports:{' '}
            <Link
              to="/projects/$projectId/changes/$changeId"
              params={{ projectId: project, changeId: bulk_change_id }}
            >
              {words}
            </Link>
            , begun by {user} at <Time value={created_at} /> UTC
          </li>
        ))}
      </ul>
      <p>
        Whichever comes later to a port leaves it out, as its list has changed by then. If it is this same
        change, follow it there.
      </p>
    </Notice>
  )
}
