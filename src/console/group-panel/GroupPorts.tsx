import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMemo, useState, type JSX } from 'react'
import { addressesOf, portSecurityOf } from '../../vpc/port-facts.ts'
import type { Port } from '../../vpc/port.ts'
import { textOf } from '../../vpc/shown.ts'
import { unreadableIn } from '../../vpc/unreadable-pages.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { UnreadableNotice } from '../errors/UnreadableNotice.tsx'
import { counted } from '../facts/change-words.ts'
import { portsOfGroupQuery } from '../proxy-client/ports-of-group.ts'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import styles from './GroupPanel.module.css'
import { positionText } from './panel-words.ts'

/** How many are drawn at first, and with each press of the button below them. */
const AT_ONCE = 50

/** The ports that have a group, and where in their lists. */
export function GroupPorts({ project, id }: { project: string; id: string }): JSX.Element {
  const { data, error, isPending, isFetching, hasNextPage, fetchNextPage, refetch } = useInfiniteQuery(
    portsOfGroupQuery(project, id),
  )
  const [most, setMost] = useState(AT_ONCE)
  const ports = useMemo(() => data?.pages.flatMap((page) => page.ports) ?? [], [data])
  const unreadable = useMemo(() => unreadableIn(data?.pages ?? []), [data])
  const more = ports.length > most
  return (
    <section className={styles.section} aria-labelledby="group-ports">
      <h3 id="group-ports">Ports that have this group</h3>
      {isPending && <SkeletonRows label="Reading the ports" count={4} />}
      {data !== undefined && (
        <p className={styles.note}>{countText(ports.length, hasNextPage, unreadable !== undefined)}</p>
      )}
      {unreadable !== undefined && <UnreadableNotice what="port" unreadable={unreadable} />}
      {ports.length > 0 && (
        <ul className={styles.ports} aria-labelledby="group-ports">
          {ports.slice(0, most).map((port) => (
            <PortLine key={port.id} project={project} port={port} id={id} />
          ))}
        </ul>
      )}
      {error !== null && (
        <ErrorPanel
          error={error}
          title={data === undefined ? 'The ports could not be read' : 'The next ports could not be read'}
          onRetry={() => void (data === undefined ? refetch() : fetchNextPage())}
        />
      )}
      {(more || (hasNextPage && error === null)) && (
        <div>
          <Button
            size="small"
            busy={isFetching}
            onClick={() => {
              setMost(most + AT_ONCE)
              if (!more) void fetchNextPage()
            }}
          >
            {more ? `Show ${Math.min(AT_ONCE, ports.length - most)} more` : 'Read more ports'}
          </Button>
        </div>
      )}
    </section>
  )
}

function countText(count: number, isMore: boolean, isUnreadable: boolean): string {
  if (isMore) return `The first ${count.toLocaleString('en')} ports; there are more.`
  if (count === 0) return isUnreadable ? 'None that can be read.' : 'No port has this group.'
  return `${counted(count, 'port')}.`
}

function PortLine({ project, port, id }: { project: string; port: Port; id: string }): JSX.Element {
  const [address, ...others] = addressesOf(port)
  const position = positionText(port.security_groups, id)
  return (
    <li className={styles.port}>
      <Link
        to="/projects/$projectId/ports/$portId"
        params={{ projectId: project, portId: port.id }}
        className={styles.portName}
      >
        {textOf(port.name) ?? port.id}
      </Link>
      <span className={styles.address}>
        {address}
        {others.length > 0 && ` +${others.length}`}
      </span>
      <span className={styles.position}>{position}</span>
      {portSecurityOf(port) === false && (
        <Badge tone="warn" icon="shield-off" title="Security groups have no effect on this port.">
          Security off
        </Badge>
      )}
    </li>
  )
}
