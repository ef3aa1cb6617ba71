import type { JSX } from 'react'
import { listDifference } from '../../vpc/list-difference.ts'
import { textOf } from '../../vpc/shown.ts'
import { groupName, type Named } from './group-names.ts'
import { GroupName } from './GroupName.tsx'
import { shortId } from '../ui/short-id.ts'
import styles from './ListComparison.module.css'

type ListComparisonProps = {
  before: readonly string[]
  after: readonly string[]
  beforeTitle: string
  afterTitle: string
  facts: { groups: Named }
}

type Mark = { sign: string; words: string; tone: 'gone' | 'added' | 'moved' }

/** Two lists of one port side by side, differences marked in words and signs. */
export function ListComparison(props: ListComparisonProps): JSX.Element {
  const { before, after, beforeTitle, afterTitle, facts } = props
  const { added, removed, moved } = listDifference(before, after)
  const left = new Map<string, Mark>()
  const right = new Map<string, Mark>()
  for (const { id } of removed) left.set(id, { sign: '−', words: 'removed', tone: 'gone' })
  for (const { id } of added) right.set(id, { sign: '+', words: 'added', tone: 'added' })
  for (const { id, from, to } of moved) {
    const sign = to < from ? '↑' : '↓'
    left.set(id, { sign, words: `moves to ${to + 1}`, tone: 'moved' })
    right.set(id, { sign, words: `moved from ${from + 1}`, tone: 'moved' })
  }
  return (
    <div className={styles.lists}>
      <Side title={beforeTitle} list={before} marks={left} facts={facts} />
      <Side title={afterTitle} list={after} marks={right} facts={facts} />
    </div>
  )
}

function Side(props: {
  title: string
  list: readonly string[]
  marks: ReadonlyMap<string, Mark>
  facts: { groups: Named }
}): JSX.Element {
  const { title, list, marks, facts } = props
  return (
    <section className={styles.side} aria-label={title}>
      <p className={styles.title}>
        {title} <span className={styles.count}>{list.length}</span>
      </p>
      {list.length === 0 ? (
        <p className={styles.none}>No security groups</p>
      ) : (
        <ol>
          {list.map((id, n) => {
            const mark = marks.get(id)
            const named = textOf(facts.groups.get(id)?.name) !== undefined
            return (
              <li key={id} className={`${styles.row} ${mark ? styles[mark.tone] : ''}`} title={id}>
                <span className={styles.number}>{n + 1}</span>
                <span className={styles.sign} aria-hidden="true">
                  {mark?.sign}
                </span>
                <span className={styles.name}>
                  <GroupName id={id}>{groupName(facts, id)}</GroupName>
                  {named && <code className={styles.id}>{shortId(id)}</code>}
                </span>
                {mark && <span className={styles.words}>{mark.words}</span>}
              </li>
            )
          })}
        </ol>
      )}
    </section>
  )
}
