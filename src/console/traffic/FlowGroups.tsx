import { useState, type JSX, type ReactNode } from 'react'
import type { Names } from '../../vpc/traffic/explain.ts'
import type { Flow } from '../../vpc/traffic/flow.ts'
import { opensToAnywhere } from '../../vpc/traffic/importance.ts'
import { counted } from '../facts/change-words.ts'
import { markedNames, withGroupLinks } from '../facts/group-links.tsx'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { OnDemand } from '../ui/OnDemand.tsx'
import { FlowList } from './FlowList.tsx'
import { flowGroups, whatText, whyText, type TwoLists } from './flow-groups.ts'
import { FLOW_MARKS } from './flow-marks.ts'
import styles from './TrafficChanges.module.css'

const PAGE = 12

type FlowGroupsProps = {
  flows: readonly Flow[]
  lists: TwoLists
  names: Names
  /** What the later decision is about: `now` is with the list as arranged. */
  when?: string
  /** True where no heading says which change it is. */
  named?: boolean
}

/** Flows by the groups that decide them before and after, each with its rules on demand. */
export function FlowGroups({
  flows,
  lists,
  names,
  when = 'now',
  named = false,
}: FlowGroupsProps): JSX.Element {
  const [shown, setShown] = useState(PAGE)
  const groups = flowGroups(flows)
  const marked = markedNames(names)
  const nameOf = (id: string) => names.group?.(id) || id
  return (
    <>
      <ul className={styles.flows}>
        {groups.slice(0, shown).map((group, n) => (
          <li key={n} data-change={group.change} data-wide={group.flows.some(opensToAnywhere) || undefined}>
            <div className={styles.traffic}>
              <Icon name={FLOW_MARKS[group.change].icon} />
              {named && FLOW_MARKS[group.change].words}
              <Badge>{group.direction}</Badge>
              <b>{whatText(group, names)}</b>
              {group.flows.some(opensToAnywhere) && <OpenToAnywhere />}
            </div>
            <div className={styles.note}>{withGroupLinks(whyText(group, lists, marked), nameOf)}.</div>
            <OnDemand
              title={
                group.flows.length === 1 ? 'Rules' : `${counted(group.flows.length, 'flow')} and their rules`
              }
            >
              {() => <FlowList flows={group.flows} names={names} when={when} />}
            </OnDemand>
          </li>
        ))}
      </ul>
      {groups.length > shown && (
        <Button size="small" onClick={() => setShown(groups.length)}>
          Show {groups.length - shown} more
        </Button>
      )}
    </>
  )
}

function OpenToAnywhere(): JSX.Element {
  return (
    <Badge tone="danger" icon="warning">
      Open to anywhere
    </Badge>
  )
}

type FlowDigestProps = {
  flows: readonly Flow[]
  /** Left out, it is not said why. */
  lists?: TwoLists
  names: Names
  most: number
  /** What each kind of change is called. */
  words?: Readonly<Record<Flow['change'], string>>
  /** How many more there are, and where. */
  more?: (count: number) => ReactNode
}

const WORDS: FlowDigestProps['words'] & {} = {
  newly_allowed: FLOW_MARKS.newly_allowed.words,
  newly_denied: FLOW_MARKS.newly_denied.words,
  undecided: FLOW_MARKS.undecided.words,
}
const linkToAll = (count: number) => <a href="#traffic">{count} more, in What traffic changes</a>

/** The most important of it, in a line each, and how much more there is. */
export function FlowDigest(props: FlowDigestProps): JSX.Element | null {
  const { flows, lists, names, most, words = WORDS, more = linkToAll } = props
  const groups = flowGroups(flows)
  if (groups.length === 0) return null
  const left = groups.length > most ? groups.length - most + 1 : 0
  const marked = markedNames(names)
  const nameOf = (id: string) => names.group?.(id) || id
  return (
    <ul className={styles.flows}>
      {groups.slice(0, groups.length - left).map((group, n) => (
        <li key={n} data-change={group.change} data-wide={group.flows.some(opensToAnywhere) || undefined}>
          <div className={styles.traffic}>
            <Icon name={FLOW_MARKS[group.change].icon} />
            {words[group.change]}: <b>{whatText(group, names)}</b>
            {group.flows.some(opensToAnywhere) && <OpenToAnywhere />}
          </div>
          {lists && (
            <div className={styles.note}>{withGroupLinks(whyText(group, lists, marked), nameOf)}.</div>
          )}
        </li>
      ))}
      {left > 0 && <li>{more(left)}</li>}
    </ul>
  )
}
