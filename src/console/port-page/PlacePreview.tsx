import { useMemo, type JSX } from 'react'
import { planChange } from '../../vpc/plan-change.ts'
import { arrangementOf } from '../arrangement/arrangement.ts'
import { place } from '../arrangement/place.ts'
import type { PlacePreviewProps } from '../catalogue/PlaceBar.tsx'
import { useGroupFacts, type GroupFacts } from '../facts/group-facts.ts'
import { opensAnything, placementText } from '../traffic/placement-words.ts'
import { namesOf } from '../traffic/traffic-words.ts'
import { useTraffic, type TrafficState } from '../traffic/use-traffic.ts'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { usePortState } from './port-state.tsx'
import styles from './PlacePreview.module.css'

/** What traffic would change with groups placed at a position of the list as arranged. */
export function PlacePreview({ ids, position, where }: PlacePreviewProps): JSX.Element {
  const { project, port, limit, arranged, facts } = usePortState()
  const { desired } = arranged.arrangement
  const both = useBothFacts(facts, useGroupFacts(project, ids))
  const plans = useMemo(() => {
    const next = place(arrangementOf(desired), ids, position, limit).desired
    return { list: desired, equal: [planChange(desired, next, { limit })], moved: undefined, pick: () => {} }
  }, [desired, ids, position, limit])
  const traffic = useTraffic(project, port, plans, both, true)
  const failure = failureOf(traffic)
  const result = traffic.state === 'compared' ? traffic.result : undefined
  const isWide = result !== undefined && opensAnything(result)
  return (
    <div className={styles.preview} data-wide={isWide || undefined}>
      {isWide && <Icon name="warning" size={14} />}
      <span>
        {where}: {result ? `${placementText(result, namesOf(both, traffic))}.` : failure?.words}
        {result === undefined && failure === undefined && 'comparing traffic…'}
        {failure && (
          <Button size="small" icon="refresh" onClick={failure.retry}>
            Try again
          </Button>
        )}
      </span>
    </div>
  )
}

function failureOf(traffic: TrafficState): { words: string; retry: () => void } | undefined {
  if (traffic.state === 'unread')
    return { words: 'the groups’ rules could not be read. ', retry: traffic.retry }
  if (traffic.state === 'failed') return { words: 'traffic could not be compared. ', retry: traffic.retry }
  return undefined
}

/** What is known of the groups of the page, and of those to place. */
function useBothFacts(page: GroupFacts, own: GroupFacts): GroupFacts {
  return useMemo(
    () => ({
      groups: new Map([...page.groups, ...own.groups]),
      rules: new Map([...page.rules, ...own.rules]),
      unnamed: new Set([...page.unnamed, ...own.unnamed]),
      error: page.error ?? own.error,
      retry: () => {
        page.retry()
        own.retry()
      },
    }),
    [page, own],
  )
}
