import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, type JSX, type ReactNode } from 'react'
import { useHalfDone } from '../operations/half-done.ts'
import { departingPortsQuery } from '../proxy-client/standing-orders.ts'
import { Badge } from '../ui/Badge.tsx'
import styles from './WatchHalfDone.module.css'

type WatchHalfDoneProps = {
  project: string
  /** Gets the badges of ports, by their IDs. */
  onChange: (byPort: ReadonlyMap<string, ReactNode>) => void
}

/** What is to be said of one port. */
type Said = { halfDone?: 'stopped' | 'draft'; orders?: readonly { order_id: string; name: string }[] }

/**
 * Keeps the table informed of what is half done on its ports, and from which standing orders they
 * depart, without a call of the platform; draws nothing, and is loaded after the rows.
 */
export function WatchHalfDone({ project, onChange }: WatchHalfDoneProps): null {
  const { stopped, drafts } = useHalfDone(project)
  const { data } = useQuery(departingPortsQuery(project))
  const said = new Map<string, Said>()
  for (const { portId } of drafts) said.set(portId, { halfDone: 'draft' })
  for (const { port_id } of stopped) said.set(port_id, { halfDone: 'stopped' })
  for (const { port_id, orders } of data?.ports ?? [])
    said.set(port_id, { ...said.get(port_id), orders: orders.flatMap((at) => data!.orders[at] ?? []) })
  const text = JSON.stringify([...said])
  useEffect(() => {
    const all = JSON.parse(text) as [string, Said][]
    onChange(new Map(all.map(([id, one]) => [id, <Badges key={id} project={project} {...one} />])))
  }, [text, project, onChange])
  return null
}

function Badges({ project, halfDone, orders }: Said & { project: string }): JSX.Element {
  const names = orders?.map(({ name }) => name).join(', ')
  return (
    <span className={styles.badges}>
      {halfDone === 'stopped' && (
        <Badge tone="danger" title="A change stopped and waits for a choice">
          Stopped
        </Badge>
      )}
      {halfDone === 'draft' && (
        <Badge tone="new" title="An arrangement in this browser is not applied">
          Not applied
        </Badge>
      )}
      {orders?.[0] && (
        <Link
          to="/projects/$projectId/standing-orders"
          params={{ projectId: project }}
          search={{ order: orders[0].order_id }}
          preload={false}
          className={styles.departs}
          title={`By its last check, this port departs from ${names}`}
        >
          <Badge tone="warn">
            departs<span className="visually-hidden"> from {names}</span>
          </Badge>
        </Link>
      )}
    </span>
  )
}
