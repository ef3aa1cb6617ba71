import { Suspense, useState, type JSX } from 'react'
import { later } from '../errors/later.tsx'
import { groupName, type Named } from '../facts/group-names.ts'
import { GroupName } from '../facts/GroupName.tsx'
import { Button, IconButton } from '../ui/Button.tsx'
import styles from './GroupChips.module.css'

const GroupPicker = later(() => import('./GroupPicker.tsx').then((module) => module.GroupPicker))

type GroupChipsProps = {
  project: string
  /** What they are for: names the list and its buttons. */
  label: string
  groups: readonly string[]
  names: Named
  onChange: (groups: readonly string[]) => void
  /** No more than so many. */
  most: number
}

/** Security groups in an order, picked from those of the project. */
export function GroupChips(props: GroupChipsProps): JSX.Element {
  const { project, label, groups, names, onChange, most } = props
  const [picking, setPicking] = useState(false)
  const swap = (at: number) =>
    onChange(groups.map((id, n) => (n === at ? groups[at - 1]! : n === at - 1 ? groups[at]! : id)))
  return (
    <span className={styles.all}>
      {groups.length > 0 && (
        <ol className={styles.chips} aria-label={label}>
          {groups.map((id, n) => {
            const name = groupName({ groups: names }, id)
            return (
              <li key={id} className={styles.chip} title={id}>
                <span className={styles.name}>
                  <GroupName id={id}>{name}</GroupName>
                </span>
                {n > 0 && (
                  <IconButton
                    icon="arrow-up"
                    size="small"
                    label={`Move ${name} up`}
                    onClick={() => swap(n)}
                  />
                )}
                <IconButton
                  icon="close"
                  size="small"
                  label={`Remove ${name}`}
                  onClick={() => onChange(groups.filter((one) => one !== id))}
                />
              </li>
            )
          })}
        </ol>
      )}
      {(groups.length < most || most === 1) && (
        <Button
          onClick={() => setPicking(true)}
          aria-label={most === 1 ? label : `Add to ${label.toLowerCase()}`}
        >
          {most === 1 ? (groups.length === 0 ? 'Choose a group…' : 'Another…') : 'Add a group…'}
        </Button>
      )}
      {picking && (
        <Suspense>
          <GroupPicker
            project={project}
            title={label}
            allTheSame="Take this ID all the same"
            onClose={() => setPicking(false)}
            onPick={(id) => {
              setPicking(false)
              onChange(most === 1 ? [id] : [...groups.filter((one) => one !== id), id])
            }}
          />
        </Suspense>
      )}
    </span>
  )
}
