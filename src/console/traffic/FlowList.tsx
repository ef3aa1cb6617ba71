import { useState, type JSX } from 'react'
import { type Names, decisionText, remoteText } from '../../vpc/traffic/explain.ts'
import type { Flow } from '../../vpc/traffic/flow.ts'
import { opensToAnywhere } from '../../vpc/traffic/importance.ts'
import { servicesText } from '../../vpc/traffic/service-ranges.ts'
import { capitalized } from '../facts/capitalized.ts'
import { markedNames, withGroupLinks } from '../facts/group-links.tsx'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { FLOW_MARKS } from './flow-marks.ts'
import styles from './TrafficChanges.module.css'

const PAGE = 50

type FlowListProps = {
  flows: readonly Flow[]
  names: Names
  /** What the later decision is about: `now` is with the list as arranged. */
  when?: string
  /** True where no heading says which change it is. */
  named?: boolean
}

/** Flows, each with what decides it before and after; fifty at first. */
export function FlowList({ flows, names, when = 'now', named = false }: FlowListProps): JSX.Element {
  const [shown, setShown] = useState(PAGE)
  const marked = markedNames(names)
  return (
    <>
      <ul className={styles.flows}>
        {flows.slice(0, shown).map((flow, n) => {
          const { direction, family, services, remote, before, after, change } = flow
          return (
            <li key={n} data-change={change}>
              <div className={styles.traffic}>
                {named && (
                  <>
                    <Icon name={FLOW_MARKS[change].icon} />
                    {FLOW_MARKS[change].words}
                  </>
                )}
                <Badge>{direction}</Badge>
                <b>{servicesText(services)}</b> {direction === 'ingress' ? 'from' : 'to'}{' '}
                {remoteText(remote, family, names)}
                {opensToAnywhere(flow) && (
                  <Badge tone="danger" icon="warning">
                    Open to anywhere
                  </Badge>
                )}
              </div>
              <div className={styles.note}>
                {withGroupLinks(
                  capitalized(
                    `${decisionText(before, 'before', marked)}; ${decisionText(after, when, marked)}.`,
                  ),
                  (id) => names.group?.(id) || id,
                )}
              </div>
            </li>
          )
        })}
      </ul>
      {flows.length > shown && (
        <Button size="small" onClick={() => setShown(shown + PAGE)}>
          Show {Math.min(PAGE, flows.length - shown)} more of {flows.length - shown}
        </Button>
      )}
    </>
  )
}
