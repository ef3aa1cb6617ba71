import type { JSX } from 'react'
import type { Names } from '../../vpc/traffic/explain.ts'
import { countOtherPorts } from '../../vpc/traffic/count-other-ports.ts'
import { markedNames, withGroupLinks } from '../facts/group-links.tsx'
import { Notice } from '../ui/Notice.tsx'
import { endsOf, whyText } from './flow-groups.ts'
import { headlineOf, summaryOf } from './traffic-words.ts'
import type { TrafficState } from './use-traffic.ts'

/** What traffic a plan changes: the worst of it first, why, and how much there is. */
export function TrafficSummary({ traffic, names }: { traffic: TrafficState; names: Names }): JSX.Element {
  const { text, known } = summaryOf(traffic)
  if (traffic.state !== 'compared' || traffic.result.kind !== 'differences')
    return <Notice tone={known || traffic.state !== 'reading' ? 'warn' : 'neutral'} title={text} />
  const { result, question } = traffic
  const end = result.afterStep.at(-1)
  if (end === undefined) return <Notice title="No traffic changes" />
  const headline = headlineOf(result, names)
  const { others, notCompared } = result
  const onOthers = countOtherPorts(others)
  const open = end.counts.undecided + onOthers.flows.undecided + notCompared.length > 0
  const changed = end.counts.newly_denied + onOthers.flows.newly_denied + onOthers.flows.newly_allowed > 0
  return (
    <Notice
      tone={headline?.danger ? 'danger' : open || changed ? 'warn' : 'neutral'}
      title={headline?.text ?? text}
    >
      {headline !== undefined && (
        <>
          {headline.of && (
            <p>
              {withGroupLinks(
                whyText(headline.of, endsOf(question.lists), markedNames(names)),
                (id) => names.group?.(id) || id,
              )}
              .
            </p>
          )}
          <p>{text}.</p>
        </>
      )}
      {notCompared.length > 0 && <p>Not compared: {notCompared.join('; ')}.</p>}
    </Notice>
  )
}
