import { Suspense, useState, type JSX } from 'react'
import type { Intent } from '../../vpc/bulk/intent.ts'
import type { BulkPlan } from '../bulk-plan/bulk-plan.ts'
import { later } from '../errors/later.tsx'
import type { Named } from '../facts/group-names.ts'
import { pause } from '../hooks/pause.ts'
import { useRights } from '../operations/rights.ts'
import { Button } from '../ui/Button.tsx'
import { Panel } from '../ui/Panel.tsx'
import { paceWords, wavesWords } from '../waves/bulk-words.ts'
import { CAREFUL, readPace, type PaceTyped } from '../waves/pace-typed.ts'
import { PaceFields } from '../waves/PaceFields.tsx'
import { DryRunMany } from './DryRunMany.tsx'
import { OpenChanges, useOpenChanges } from './OpenChanges.tsx'
import styles from './NewChangePage.module.css'

const ReviewDialog = later(() => import('./ReviewDialog.tsx').then((module) => module.ReviewDialog))

type CarryOutProps = {
  project: string
  plan: BulkPlan
  intent: Intent
  names: Named
  note: string
  portsReadAt: number
  onReadAnew: () => void
}

/** A dry run, the pace, and the way to carry the plan out. */
export function CarryOut(props: CarryOutProps): JSX.Element {
  const { project, plan, intent, names, note, portsReadAt, onReadAnew } = props
  const { forbidden } = useRights(project)
  const [typed, setTyped] = useState<PaceTyped>(CAREFUL)
  const [asking, setAsking] = useState(false)
  const [request, setRequest] = useState<{ id: string; plan: BulkPlan; besides: string }>()
  const { pace, problems } = readPace(typed)
  const { open, lookAgain } = useOpenChanges(project, plan)
  const ports = plan.kinds.reduce((sum, kind) => sum + kind.ports.length, 0)
  const blocked =
    forbidden ?? (ports === 0 ? 'No port changes' : pace === undefined ? 'Mend the pace first' : undefined)
  const review = () => {
    const besides = JSON.stringify([note, pace])
    // A response may have been lost before the dialog was closed: the same is not begun twice.
    if (request?.plan !== plan || request.besides !== besides)
      setRequest({ id: crypto.randomUUID(), plan, besides })
    setAsking(true)
    // It sends thousands of IDs: not before the dialog is on its way.
    void pause(0).then(() => lookAgain())
  }
  return (
    <div className={styles.side}>
      <DryRunMany project={project} plan={plan} forbidden={forbidden} />
      <Panel
        title="Carrying out"
        footer={
          <div className={styles.end}>
            <Button variant="primary" disabledReason={blocked} onClick={review}>
              Review and carry out…
            </Button>
          </div>
        }
      >
        <div className={styles.body}>
          <OpenChanges project={project} open={open} />
          {pace && ports > 0 && <p>In {wavesWords(pace, ports)}.</p>}
          {pace && <p className={styles.muted}>{paceWords(pace).join(' ')}</p>}
          <details>
            <summary>Change the pace</summary>
            <PaceFields typed={typed} onTyped={setTyped} problems={problems} />
          </details>
          <p className={styles.muted}>
            Ports as read at {new Date(portsReadAt).toLocaleTimeString('en-GB')}. Where a list has changed
            since, the port is left out, and named.{' '}
            <Button size="small" variant="ghost" icon="refresh" onClick={onReadAnew}>
              Read and plan anew
            </Button>
          </p>
        </div>
      </Panel>
      {asking && pace !== undefined && request !== undefined && (
        <Suspense>
          <ReviewDialog
            project={project}
            id={request.id}
            plan={plan}
            intent={intent}
            names={names}
            note={note}
            pace={pace}
            open={open}
            onOpenRefused={() => void lookAgain()}
            onClose={() => setAsking(false)}
          />
        </Suspense>
      )}
    </div>
  )
}
