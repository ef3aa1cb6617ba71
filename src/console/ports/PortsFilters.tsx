import { Suspense, type JSX } from 'react'
import { firstView } from '../hooks/first-view.ts'
import { later } from '../errors/later.tsx'
import { LONGEST_SEARCH } from '../../vpc/limits.ts'
import type { Port } from '../../vpc/port.ts'
import { FilterBar } from '../ui/FilterBar.tsx'
import { SearchBox } from '../ui/SearchBox.tsx'
import styles from './PortsFilters.module.css'
import type { PortsSearch } from '../port-search/ports-search.ts'

const FilterFields = later(() =>
  firstView.then(() => import('./FilterFields.tsx')).then((module) => module.FilterFields),
)

/** A part of the state of the view; what is undefined is left out. */
export type PortsChange = { [name in keyof PortsSearch]: PortsSearch[name] | undefined }

/** What the search box and the filters need. */
export type PortsFiltersProps = {
  project: string
  search: PortsSearch
  /** Ports in view: their device owners are offered too. */
  rows: readonly Port[]
  /** How often all was cleared: then the search box forgets what is in it. */
  clears: number
  /** The text in the search box, at each letter. */
  onType: (q: string) => void
  /** What the address is to hold. */
  onChange: (part: PortsChange) => void
  onClear: () => void
}

/** The search box and the filters of the ports view. */
export function PortsFilters({ clears, onType, ...props }: PortsFiltersProps): JSX.Element {
  const { search, onChange } = props
  return (
    <FilterBar
      search={
        <SearchBox
          key={clears}
          placeholder="Name, ID, IP, network, MAC or device ID"
          longest={LONGEST_SEARCH}
          value={search.q ?? ''}
          onType={onType}
          onChange={(q) => onChange({ q: q === '' ? undefined : q })}
        />
      }
    >
      <Suspense fallback={<div className={`${styles.toggle} ${styles.soon}`} />}>
        <FilterFields {...props} />
      </Suspense>
    </FilterBar>
  )
}
