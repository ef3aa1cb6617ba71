import { memo, type JSX, type Ref } from 'react'
import { textOf } from '../../vpc/shown.ts'
import { GroupName } from '../facts/GroupName.tsx'
import { Badge } from '../ui/Badge.tsx'
import { Icon } from '../ui/Icon.tsx'
import type { RuleLine } from './rule-words.ts'
import styles from './RulesTable.module.css'

type RuleTableRowProps = {
  ref: Ref<HTMLTableRowElement>
  index: number
  line: RuleLine
  /** What is different about it with the other list. */
  note: string | undefined
  /** Its number is shown, and not its group. */
  oneGroup: boolean
  isActive: boolean
  onFocus: (index: number) => void
}

/**
 * One rule; a card where there is little room. Drawn when it changes itself, not while scrolling.
 */
export const RuleTableRow = memo(function RuleTableRow(props: RuleTableRowProps): JSX.Element {
  const { ref, index, line, note, oneGroup, isActive, onFocus } = props
  const { rule, effect, isDeny } = line
  const tabIndex = isActive ? 0 : -1
  const description = textOf(rule?.description)
  const faded = effect.kind === 'never' || effect.kind === 'disabled'
  return (
    // A row takes the focus, so that arrow keys lead through the table.
    <tr
      ref={ref}
      data-index={index}
      className={`${styles.row} ${faded ? styles.faded : ''}`}
      aria-rowindex={index + 2}
      tabIndex={tabIndex}
      onFocus={() => onFocus(index)}
    >
      {oneGroup ? (
        <th scope="row" className={styles.position}>
          {index + 1}
        </th>
      ) : (
        <>
          <td className={styles.position}>{line.position}</td>
          <th scope="row" className={styles.group}>
            <GroupName id={line.groupId} tabIndex={tabIndex}>
              {line.groupName}
            </GroupName>
          </th>
        </>
      )}
      <td className={styles.priority}>
        <span className={styles.cardLabel}>Priority</span> {line.priority}
      </td>
      <td className={styles.direction}>{line.direction}</td>
      <td className={styles.action}>
        {line.action !== '' && (
          <span className={isDeny ? styles.deny : styles.allow}>
            <Icon name={isDeny ? 'close' : 'check'} size={12} />
            {line.action}
          </span>
        )}
      </td>
      <td className={styles.traffic}>
        {line.traffic}
        {description !== undefined && <span className={styles.description}>{description}</span>}
      </td>
      <td className={styles.remote}>
        {line.remoteGroup === undefined ? (
          line.remote
        ) : (
          <GroupName id={line.remoteGroup} tabIndex={tabIndex}>
            {line.remote}
          </GroupName>
        )}
      </td>
      <td className={styles.effect}>
        {/* Of one group that is nearly every rule: what is different is marked. */}
        {(effect.kind !== 'all' || !oneGroup) && (
          <span className={styles.effectLine}>
            {effect.kind === 'all' ? (
              <span>{effect.text}</span>
            ) : (
              <Badge tone={effect.tone} {...(effect.icon && { icon: effect.icon })}>
                {effect.text}
              </Badge>
            )}
            {note !== undefined && <span className={styles.was}>{note}</span>}
          </span>
        )}
        {effect.why !== '' && <span className={styles.why}>{effect.why}</span>}
      </td>
    </tr>
  )
})
