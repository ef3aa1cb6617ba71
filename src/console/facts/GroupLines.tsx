import { memo, type JSX, type ReactNode } from 'react'
import type { SecurityGroup } from '../../vpc/security-group.ts'
import { textOf } from '../../vpc/shown.ts'
import { Badge } from '../ui/Badge.tsx'
import { Id } from '../ui/Id.tsx'
import { shortId } from '../ui/short-id.ts'
import { Skeleton } from '../ui/Skeleton.tsx'
import { GroupName } from './GroupName.tsx'
import styles from './GroupLines.module.css'

type GroupLinesProps = {
  id: string
  /** Undefined: not read yet. Null: the platform does not show it. */
  group: SecurityGroup | null | undefined
  /** Beside the name. */
  marks?: ReactNode
  /** Whether the name and the copy button are in the tab order. */
  tabIndex?: number
  struck?: boolean
  /** Why the platform refused it, in the last check. */
  refusal?: string | undefined
}

/**
 * A security group in two lines: name and marks; ID with copy, and description. Not drawn anew for
 * a row that only gets another position.
 */
export const GroupLines = memo(function GroupLines(props: GroupLinesProps): JSX.Element {
  const { id, group, marks, tabIndex, struck = false, refusal } = props
  const name = textOf(group?.name)
  const description = textOf(group?.description)
  return (
    <div className={styles.lines}>
      <div className={styles.first}>
        {group === undefined ? (
          <span className={styles.waiting}>
            <Skeleton width="120px" />
          </span>
        ) : (
          <span className={`${styles.name} ${struck ? styles.struck : ''}`}>
            {group === null ? (
              'Not known to the platform'
            ) : (
              <GroupName id={id} control="name" tabIndex={tabIndex}>
                {name ?? '(no name)'}
              </GroupName>
            )}
          </span>
        )}
        {marks}
        {refusal !== undefined && (
          <Badge tone="danger" icon="warning" title={refusal}>
            Refused
          </Badge>
        )}
        {description !== undefined && (
          <span className={styles.description} title={description}>
            {description}
          </span>
        )}
      </div>
      <div className={styles.second}>
        <Id value={id} label={`ID of ${name ?? shortId(id)}`} tabIndex={tabIndex} />
      </div>
    </div>
  )
})
