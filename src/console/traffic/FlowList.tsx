import { useState, type JSX } from 'react'
import {
  decisionText,
  isFromAnywhere,
  remoteText,
  servicesText,
  type Names,
  type Flow,
} from '../../vpc/traffic/index.ts'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import styles from './TrafficChanges.module.css'

const PAGE = 50

type RegionListProps = {
  regions: readonly Flow[]
  names: Names
  /** What the later decision is about: `now` is with the list as arranged. */
  when?: string
}

/** Regions, each with its traffic and what decides before and after; fifty at first. */
export function FlowList({ regions, names, when = 'now' }: RegionListProps): JSX.Element {
  const [shown, setShown] = useState(PAGE)
  return (
    <>
      <ul className={styles.regions}>
        {regions.slice(0, shown).map((region, n) => {
          const { direction, family, services, remote, before, after, change } = region
          return (
            <li key={n} data-change={change}>
              <div className={styles.traffic}>
                <Badge>{direction}</Badge>
                <b>{servicesText(services)}</b> {direction === 'ingress' ? 'from' : 'to'}{' '}
                {remoteText(remote, family, names)}
                {change === 'newly_allowed' && isFromAnywhere(region) && (
                  <Badge tone="danger" icon="warning">
                    Open to anywhere
                  </Badge>
                )}
              </div>
              <div className={styles.note}>
                {sentence(`${decisionText(before, 'before', names)}; ${decisionText(after, when, names)}`)}
              </div>
            </li>
          )
        })}
      </ul>
      {regions.length > shown && (
        <Button size="small" onClick={() => setShown(shown + PAGE)}>
          Show {Math.min(PAGE, regions.length - shown)} more of {regions.length - shown}
        </Button>
      )}
    </>
  )
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
