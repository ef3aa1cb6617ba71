import { useMemo, type JSX } from 'react'
import { remoteText, type Names } from '../../vpc/traffic/explain.ts'
import type { FieldPart } from '../../vpc/traffic/explain-field.ts'
import { servicesText } from '../../vpc/traffic/service-ranges.ts'
import type { PacketVerdict } from '../../vpc/traffic/verdict.ts'
import { capitalized } from '../facts/capitalized.ts'
import type { FieldQuestion, PictureQuestion } from '../traffic/compare-traffic.ts'
import { TrafficFailed } from '../traffic/TrafficFailed.tsx'
import { VERDICT_TONES, whyText } from '../traffic/why-text.ts'
import { Badge } from '../ui/Badge.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import styles from './Picture.module.css'
import { useWorker } from './use-worker.ts'

type FieldDialogProps = {
  question: PictureQuestion
  row: number
  column: number
  title: string
  names: Names
  onClose: () => void
}

/** Why a field of the picture is as it is: each part of it, with the rule that decides. */
export function FieldDialog(props: FieldDialogProps): JSX.Element {
  const { question, row, column, title, names, onClose } = props
  const asked = useMemo<FieldQuestion>(
    () => ({ ...question, kind: 'field', row, column }),
    [question, row, column],
  )
  const state = useWorker(asked)
  return (
    <Dialog open wide onClose={onClose} title={capitalized(title)}>
      {state.state === 'failed' && <TrafficFailed title="It could not be explained" failure={state} />}
      {state.state === 'computing' && <SkeletonRows label="Looking for the rules" count={3} />}
      {state.state === 'known' && (
        <>
          <ol className={styles.parts}>
            {state.result.parts.map((part, at) => (
              <Part key={at} part={part} arranged={question.lists.length > 1} names={names} />
            ))}
          </ol>
          {state.result.more > 0 && (
            <p className={styles.note}>
              {state.result.more} more parts are decided by other rules. The table of all rules has them.
            </p>
          )}
        </>
      )}
    </Dialog>
  )
}

function Part(props: { part: FieldPart; arranged: boolean; names: Names }): JSX.Element {
  const { part, arranged, names } = props
  const { direction, services, remote, family, before, after } = part
  const way = direction === 'ingress' ? 'from' : 'to'
  return (
    <li>
      <h3>{capitalized(`${servicesText(services)} ${way} ${remoteText(remote, family, names)}`)}</h3>
      {arranged && <Why when="Now" one={before} names={names} />}
      <Why when={arranged ? 'As arranged' : 'Now'} one={after} names={names} />
    </li>
  )
}

function Why({ when, one, names }: { when: string; one: PacketVerdict; names: Names }): JSX.Element {
  return (
    <p>
      {when}: <Badge tone={VERDICT_TONES[one.verdict]}>{one.verdict}</Badge>{' '}
      <span className={styles.note}>{whyText(one, names)}</span>
    </p>
  )
}
