import type { JSX } from 'react'
import { MayBePermission } from '../errors/MayBePermission.tsx'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { isNarrowed, type PortsSearch } from '../port-search/ports-search.ts'

/** Said in place of rows: the project has no ports, or none is as asked for. */
export function NothingFound(props: {
  search: PortsSearch
  onClear: () => void
  onRefresh: () => void
}): JSX.Element {
  if (isNarrowed(props.search))
    return (
      <EmptyState
        title="No port matches"
        actions={
          <Button icon="close" onClick={props.onClear}>
            Clear search and filters
          </Button>
        }
      >
        {props.search.q
          ? 'The search looks into names, IDs, private IPs, MAC addresses and device IDs. A network, such as 10.20.1.0/24, finds the ports in it.'
          : 'No port of this project passes all the filters.'}{' '}
        <MayBePermission part="ports" />
      </EmptyState>
    )
  return (
    <EmptyState
      title="This project has no ports"
      actions={
        <Button icon="refresh" onClick={props.onRefresh}>
          Read again
        </Button>
      }
    >
      Ports come with cloud servers, load balancers and gateways. Once there are some, they are listed here.{' '}
      <MayBePermission part="ports" />
    </EmptyState>
  )
}
