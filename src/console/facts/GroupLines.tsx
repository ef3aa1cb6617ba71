import type { JSX, ReactNode } from 'react'
import type { SecurityGroup } from '../../vpc/security-group.ts'
import { Badge } from '../ui/Badge.tsx'
import { Id, shortId } from '../ui/Id.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import styles from './GroupLines.module.css'

type GroupLinesProps = {
  id: string
  /** Undefined: not read yet. Null: the platform does not show it. */
  group: SecurityGroup | null | undefined
  /** Beside the name. */
  marks?: ReactNode
  /** Whether the copy button is in the tab order. */
  tabIndex?: number
  struck?: boolean
  /** Why the platform refused it, in the last check. */
  refusal?: string | undefined
}

/** A security group in two lines: name and marks; ID with copy, and description. */
export function GroupLines(props: GroupLinesProps): JSX.Element {
  const { id, group, marks, tabIndex, struck = false, refusal } = props
  return (
    <div className={styles.lines}>
      <div className={styles.first}>
        {group === undefined ? (
          <span className={styles.waiting}>
            <Skeleton width="120px" />
          </span>
        ) : (
          <span className={`${styles.name} ${struck ? styles.struck : ''}`} title={group?.name ?? undefined}>
            {group === null ? 'Not known to the platform' : group.name || '(no name)'}
          </span>
        )}
        {marks}
        {refusal !== undefined && (
          <Badge tone="danger" icon="warning" title={refusal}>
            Refused
          </Badge>
        )}
        {group?.description && (
          <span className={styles.description} title={group.description}>
            {group.description}
          </span>
        )}
      </div>
      <div className={styles.second}>
        <Id value={id} label={`ID of ${group?.name || shortId(id)}`} tabIndex={tabIndex} />
      </div>
    </div>
  )
}
