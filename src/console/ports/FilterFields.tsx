import { Suspense, useState, type JSX } from 'react'
import { later } from '../errors/later.tsx'
import { deviceOwnerWords, FIXED_DEVICE_OWNERS } from '../../vpc/device-owner.ts'
import type { Port } from '../../vpc/port.ts'
import { knownName } from '../facts/group-names.ts'
import { useGroupNames } from '../facts/use-group-names.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { SelectField } from '../ui/Field.tsx'
import { shortId } from '../ui/short-id.ts'
import type { PortsFiltersProps } from './PortsFilters.tsx'
import styles from './PortsFilters.module.css'
import { isNarrowed, type PortsSearch } from '../port-search/ports-search.ts'
import { SORT_WORDS, type PortSort } from '../port-search/sort-ports.ts'

const GroupPicker = later(() => import('../pickers/GroupPicker.tsx').then((module) => module.GroupPicker))

/** Documented values of `status` (docs/platform.md, Objects, Table 5). */
const STATUSES = ['ACTIVE', 'BUILD', 'DOWN']

type FilterFieldsProps = Omit<PortsFiltersProps, 'clears' | 'onType'>

/** The filters of the ports view; loaded after the search box and the rows. */
export function FilterFields(props: FilterFieldsProps): JSX.Element {
  const { project, search, rows, onChange, onClear } = props
  const [picking, setPicking] = useState(false)
  // Where the screen is narrow, filters are folded away unless one is set.
  const [unfolded, setUnfolded] = useState(Object.keys(search).some((name) => name !== 'q'))
  const owners = ownersToOffer(rows, search.owner)
  const statuses =
    search.status && !STATUSES.includes(search.status) ? [...STATUSES, search.status] : STATUSES
  return (
    <>
      <div className={styles.toggle}>
        <Button
          aria-expanded={unfolded}
          onClick={() => setUnfolded(!unfolded)}
          icon={unfolded ? 'chevron-down' : 'chevron-right'}
        >
          Filters
        </Button>
      </div>
      <div className={unfolded ? styles.set : `${styles.set} ${styles.folded}`}>
        <SelectField
          label="Status"
          value={search.status ?? ''}
          onChange={(event) => onChange({ status: event.target.value || undefined })}
        >
          <option value="">Any</option>
          {statuses.map((status) => (
            <option key={status}>{status}</option>
          ))}
        </SelectField>
        <SelectField
          label="Device owner"
          value={search.owner ?? ''}
          onChange={(event) => onChange({ owner: event.target.value || undefined })}
        >
          <option value="">Any</option>
          {owners.map((owner) => (
            <option key={owner} value={owner} title={owner}>
              {deviceOwnerWords(owner)}
            </option>
          ))}
        </SelectField>
        <SelectField
          label="Port security"
          value={search.security ?? ''}
          onChange={(event) =>
            onChange({ security: (event.target.value || undefined) as PortsSearch['security'] })
          }
        >
          <option value="">Any</option>
          <option value="on">On</option>
          <option value="off">Off</option>
        </SelectField>
        <div className={styles.sort}>
          <SelectField
            label="Sort by"
            value={search.sort ?? ''}
            onChange={(event) =>
              onChange({ sort: (event.target.value || undefined) as PortSort | undefined })
            }
          >
            <option value="">As the platform lists them</option>
            {Object.entries(SORT_WORDS).map(([sort, words]) => (
              <option key={sort} value={sort}>
                {words.charAt(0).toUpperCase() + words.slice(1)}
              </option>
            ))}
          </SelectField>
        </div>
        <div className={styles.group}>
          <span className={styles.label} id="group-filter">
            Security group
          </span>
          {search.group === undefined ? (
            <Button aria-describedby="group-filter" onClick={() => setPicking(true)}>
              Choose…
            </Button>
          ) : (
            <GroupChip project={project} id={search.group} onRemove={() => onChange({ group: undefined })} />
          )}
        </div>
        {(search.vpc !== undefined || search.subnet !== undefined) && (
          <div className={styles.group}>
            <span className={styles.label}>Network</span>
            <span className={styles.chips}>
              {search.vpc !== undefined && (
                <Chip name="VPC" value={search.vpc} onRemove={() => onChange({ vpc: undefined })} />
              )}
              {search.subnet !== undefined && (
                <Chip name="subnet" value={search.subnet} onRemove={() => onChange({ subnet: undefined })} />
              )}
            </span>
          </div>
        )}
        {isNarrowed(search) && (
          <Button variant="ghost" icon="close" onClick={onClear}>
            Clear
          </Button>
        )}
      </div>
      {picking && (
        <Suspense>
          <GroupPicker
            project={project}
            title="Filter by security group"
            allTheSame="Filter by this ID all the same"
            onClose={() => setPicking(false)}
            onPick={(group) => {
              setPicking(false)
              onChange({ group })
            }}
          />
        </Suspense>
      )}
    </>
  )
}

function GroupChip(props: { project: string; id: string; onRemove: () => void }): JSX.Element {
  const names = useGroupNames(props.project, [props.id])
  return (
    <Chip
      name="security group"
      value={props.id}
      words={knownName(names, props.id)}
      onRemove={props.onRemove}
    />
  )
}

function Chip(props: {
  name: string
  value: string
  words?: string | undefined
  onRemove: () => void
}): JSX.Element {
  return (
    <span className={styles.chip} title={props.value}>
      <span className={styles.chipText}>{props.words ?? `${props.name} ${shortId(props.value)}`}</span>
      <IconButton icon="close" size="small" label={`Remove filter: ${props.name}`} onClick={props.onRemove} />
    </span>
  )
}

function ownersToOffer(rows: readonly Port[], chosen: string | undefined): string[] {
  const owners = new Set(FIXED_DEVICE_OWNERS)
  for (const { device_owner } of rows)
    if (typeof device_owner === 'string' && device_owner) owners.add(device_owner)
  if (chosen !== undefined) owners.add(chosen)
  return [...owners].toSorted((a, b) => deviceOwnerWords(a).localeCompare(deviceOwnerWords(b), 'en'))
}
