import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useCallback, useMemo, type JSX } from 'react'
import type { Departure, StandingOrder } from '../../vpc/standing-orders-api.ts'
import { reasonWords } from '../../vpc/standing-orders.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { groupName, type Named } from '../facts/group-names.ts'
import { ListComparison } from '../facts/ListComparison.tsx'
import { useGroupNames } from '../facts/use-group-names.ts'
import { ListChips } from '../kinds/ListChips.tsx'
import { departuresQuery } from '../proxy-client/standing-orders.ts'
import { Badge } from '../ui/Badge.tsx'
import { shortId } from '../ui/short-id.ts'
import { OnDemand } from '../ui/OnDemand.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import { VirtualList } from '../ui/VirtualList.tsx'
import styles from './OrdersPage.module.css'

/** px of a port with its name and both lists as chips, each in one line. */
const ROW_HEIGHT = 93

type DeparturesProps = { project: string; order: StandingOrder; names: Named }

/** The ports that depart from an order, or of which nobody can say: each with its list. */
export function Departures({ project, order, names }: DeparturesProps): JSX.Element {
  const { data, error, isPending, hasNextPage, isFetching, fetchNextPage, refetch } = useInfiniteQuery(
    departuresQuery(order),
  )
  const ports = useMemo(() => data?.pages.flatMap((page) => page.departures) ?? [], [data])
  const readOn = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage()
  }, [hasNextPage, isFetching, fetchNextPage])
  const ids = useMemo(
    () => [...new Set(ports.flatMap(({ list, desired }) => [...(list ?? []), ...(desired ?? [])]))],
    [ports],
  )
  const more = useGroupNames(project, ids)
  const known = useMemo(() => new Map([...names, ...more]), [names, more])
  const { departs, undecided, kept } = order.check!
  const left = departs + undecided - kept
  return (
    <>
      {isPending && <SkeletonRows label="Reading the ports" count={3} />}
      {error !== null && (
        <ErrorPanel error={error} title="The ports could not be read" onRetry={() => void refetch()} />
      )}
      {data !== undefined && ports.length === 0 && <p className={styles.facts}>No port departs.</p>}
      {ports.length > 0 && (
        <VirtualList
          label={`Ports that depart from ${order.name}`}
          count={ports.length}
          rowHeight={ROW_HEIGHT}
          onNearEnd={readOn}
        >
          {(n) => ports[n] && <Port project={project} port={ports[n]} names={known} />}
        </VirtualList>
      )}
      {left > 0 && (
        <p className={styles.facts}>
          {left.toLocaleString('en')} more were found, and are not kept. Mend these, then check again.
        </p>
      )}
    </>
  )
}

function Port({ project, port, names }: { project: string; port: Departure; names: Named }): JSX.Element {
  const { port_id, name, state, list, desired, reason } = port
  return (
    <div className={styles.port}>
      <span className={styles.portHead}>
        <Link
          to="/projects/$projectId/ports/$portId"
          params={{ projectId: project, portId: port_id }}
          preload={false}
          title={port_id}
        >
          {name || `port ${shortId(port_id)}`}
        </Link>
        {state === 'undecided' && <Badge>Can’t be decided</Badge>}
        {state === 'departs' && desired === null && <Badge tone="warn">Can’t be mended by a change</Badge>}
      </span>
      {reason !== null && <span>{reasonWords(reason, (id) => groupName({ groups: names }, id))}</span>}
      {list !== null && desired !== null && (
        <>
          <ListChips before={list} after={desired} names={names} />
          <OnDemand title="Both lists">
            {() => (
              <ListComparison
                before={list}
                after={desired}
                beforeTitle="When it was checked"
                afterTitle="As the order has it"
                facts={{ groups: names }}
              />
            )}
          </OnDemand>
        </>
      )}
      {list !== null && desired === null && list.length > 0 && (
        <ListChips before={list} after={list} names={names} />
      )}
    </div>
  )
}
