import type { JSX } from 'react'
import { groupName } from '../facts/group-names.ts'
import { GroupName } from '../facts/GroupName.tsx'
import { useGroupNames } from '../facts/use-group-names.ts'
import styles from './PortsTable.module.css'

/** All groups of a port, in order, within its row. */
export function AllGroups({ project, groups }: { project: string; groups: readonly string[] }): JSX.Element {
  const names = useGroupNames(project, groups)
  return (
    <ol className={styles.all}>
      {groups.map((id, n) => (
        <li key={id} title={id}>
          <span className={styles.muted}>{n + 1}</span>{' '}
          <GroupName id={id}>{groupName({ groups: names }, id)}</GroupName>
        </li>
      ))}
    </ol>
  )
}
