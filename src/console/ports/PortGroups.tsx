import { Fragment, Suspense, type JSX } from 'react'
import { later } from '../errors/later.tsx'
import type { Port } from '../../vpc/port.ts'
import { groupName, type Named } from '../facts/group-names.ts'
import { GroupName } from '../facts/GroupName.tsx'
import { fittingTexts } from './fitting-texts.ts'
import styles from './PortsTable.module.css'

const AllGroups = later(() => import('./AllGroups.tsx').then((module) => module.AllGroups))

/** The names of so many groups of a port are read for its row: no more would fit. */
export const MOST_NAMED = 6

/** Between two names. */
const BETWEEN = ', '

type PortGroupsProps = {
  project: string
  port: Pick<Port, 'id' | 'security_groups'>
  /** What the port is called. */
  called: string
  names: Named
  /** Pixels for the names. */
  width: number
  /** All of them are shown. */
  expanded: boolean
  /** Asked to show all of them, or no longer. */
  onExpand: (port: string) => void
}

/** A port's groups in order: the names that fit, and a button that shows the rest. */
export function PortGroups(props: PortGroupsProps): JSX.Element {
  const { project, port, called, names, width, expanded, onExpand } = props
  const groups = port.security_groups
  if (groups.length === 0) return <span className={styles.muted}>none</span>
  const texts = groups.slice(0, MOST_NAMED).map((id) => groupName({ groups: names }, id))
  const fitting = fittingTexts(texts, groups.length, BETWEEN, width)
  const left = groups.length - fitting
  return (
    <>
      {expanded ? (
        <Suspense>
          <AllGroups project={project} groups={groups} />
        </Suspense>
      ) : (
        <Names ids={groups.slice(0, fitting)} texts={texts} />
      )}
      {left > 0 && (
        <button
          type="button"
          className={styles.rest}
          aria-expanded={expanded}
          aria-label={`${left} more security groups of ${called}`}
          onClick={() => onExpand(port.id)}
        >
          {expanded ? 'Less' : `+${left}`}
        </button>
      )}
    </>
  )
}

function Names({ ids, texts }: { ids: readonly string[]; texts: readonly string[] }): JSX.Element {
  return (
    <span>
      {ids.map((id, n) => (
        <Fragment key={id}>
          {n > 0 && BETWEEN}
          <GroupName id={id}>{texts[n]}</GroupName>
        </Fragment>
      ))}
    </span>
  )
}
