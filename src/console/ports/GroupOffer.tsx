import type { JSX } from 'react'
import { useGroupsNamed } from '../facts/use-groups-named.ts'
import { Button } from '../ui/Button.tsx'
import { shortId } from '../ui/short-id.ts'
import styles from './PortsPage.module.css'
import type { PortsSearch } from '../port-search/ports-search.ts'
import { exactSearch, looksLikeNetwork } from '../port-search/search-text.ts'

type GroupOfferProps = { project: string; search: PortsSearch; onPick: (id: string) => void }

/** Where what is typed is the name of a security group: offers the ports that have it. */
export function GroupOffer({ project, search: { q = '', group }, onPick }: GroupOfferProps): JSX.Element {
  // An address is no group's name; an ID may be a group's.
  const exact = exactSearch(q)
  const address = looksLikeNetwork(q) || (exact !== undefined && exact.tries[0]?.id === undefined)
  const { groups } = useGroupsNamed(project, address ? '' : q)
  const offered = groups.filter(({ id }) => id !== group)
  return (
    <output className={styles.offers}>
      {offered.map(({ id, name }) => (
        <Button key={id} size="small" title={id} onClick={() => onPick(id)}>
          Filter by group {name}
          {offered.length > 1 && ` (${shortId(id)})`}
        </Button>
      ))}
    </output>
  )
}
