import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMemo, type JSX } from 'react'
import type { OpenOnPorts } from '../../vpc/bulk-changes-api.ts'
import type { BulkPlan } from '../bulk-plan/bulk-plan.ts'
import { counted } from '../facts/change-words.ts'
import { openOnPorts } from '../proxy-client/bulk-changes.ts'
import { Notice } from '../ui/Notice.tsx'
import { Time } from '../ui/Time.tsx'
import { titleOf } from '../waves/bulk-words.ts'
import styles from './NewChangePage.module.css'

/** So many are shown in full. */
const MOST_SHOWN = 3
const NONE: readonly OpenOnPorts[] = []

/** The open bulk changes that still have ports of a plan; none while they are not known. */
export function useOpenChanges(project: string, plan: BulkPlan) {
  const ports = useMemo(
    () => plan.kinds.flatMap((kind) => Array.from(kind.ports, (place) => plan.ports[place]!.port_id)),
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
    <div className={styles.stack}>
      {open.slice(0, MOST_SHOWN).map(({ bulk_change_id, user, created_at, words, ports }) => (
        <Notice
          key={bulk_change_id}
          tone="warn"
          role="alert"
          title={`An open change has ${ports.toLocaleString('en')} of these ports: ${titleOf({ words })}`}
          actions={
            <Link
              to="/projects/$projectId/changes/$changeId"
              params={{ projectId: project, changeId: bulk_change_id }}
            >
              Look at the open change
            </Link>
          }
        >
          <p>
            Begun by {user} at <Time value={created_at} /> UTC. If it is this same change, follow it there.
            Whichever of two comes later to a port leaves it out, as its list has changed by then.
          </p>
        </Notice>
      ))}
      {open.length > MOST_SHOWN && <p>And {counted(open.length - MOST_SHOWN, 'more open change')}.</p>}
    </div>
  )
}
