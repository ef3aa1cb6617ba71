import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { memo, useEffect, useMemo, type JSX, type ReactNode } from 'react'
import { useHalfDone } from '../operations/half-done.ts'
import { departingPortsQuery } from '../proxy-client/standing-orders.ts'
import { Badge } from '../ui/Badge.tsx'
import styles from './WatchHalfDone.module.css'

type WatchHalfDoneProps = {
  project: string
  /** Gets the badges of ports, by their IDs. */
  onChange: (byPort: BadgesByPort) => void
}

/** The badges of a port, by its ID: the same ones each time, so that its row stays as it is. */
export type BadgesByPort = { get: (portId: string) => ReactNode }

/** What is to be said of one port. */
type Said = {
  halfDone: 'stopped' | 'draft' | undefined
  orders: readonly { order_id: string; name: string }[] | undefined
}

/**
 * Keeps the table informed of what is half done on its ports, and from which standing orders they
 * depart, without a call of the platform; draws nothing, and is loaded after the rows. Not with
 * each frame in which the table is scrolled: ten thousand ports may depart.
 */
export const WatchHalfDone = memo(function WatchHalfDone({ project, onChange }: WatchHalfDoneProps): null {
  const { stopped, drafts } = useHalfDone(project)
  const { data } = useQuery(departingPortsQuery(project))
  const orders = useMemo(() => new Map(data?.ports.map((port) => [port.port_id, port.orders])), [data])
  // They are new arrays each time; there are few.
  const text = JSON.stringify([
    ...drafts.map(({ portId }) => [portId, 'draft']),
    ...stopped.map(({ port_id }) => [port_id, 'stopped']),
  ])
  useEffect(() => {
    const halfDone = new Map(JSON.parse(text) as [string, Said['halfDone']][])
    const drawn = new Map<string, JSX.Element>()
    onChange({
      get(id) {
        const one = {
          halfDone: halfDone.get(id),
          orders: orders.get(id)?.flatMap((at) => data!.orders[at] ?? []),
        }
        if (one.halfDone === undefined && one.orders === undefined) return undefined
        const badges = drawn.get(id) ?? <Badges project={project} {...one} />
        drawn.set(id, badges)
        return badges
      },
    })
  }, [text, orders, data, project, onChange])
  return null
})

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
