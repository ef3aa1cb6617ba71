import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState, type JSX } from 'react'
import type { StepCheck } from '../../vpc/checks.ts'
import type { BulkPlan } from '../bulk-plan/bulk-plan.ts'
import { counted } from '../facts/change-words.ts'
import { useLatest } from '../hooks/latest.ts'
import { isPassed } from '../plan/check-result.ts'
import { CallError } from '../proxy-client/call-error.ts'
import { dryRunPlan } from '../proxy-client/dry-run.ts'
import { outdate } from '../proxy-client/order.ts'
import { useAnnounce } from '../ui/Announcer.tsx'
import { Button } from '../ui/Button.tsx'
import { SelectField } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Panel } from '../ui/Panel.tsx'
import { shortId } from '../ui/Id.tsx'
import { portsWords } from '../waves/bulk-words.ts'
import styles from './NewChangePage.module.css'

/** So many ports can be chosen: each is a read and as many calls as its plan has steps. */
const SAMPLES = ['kinds', '20', '100', 'all'] as const
/** A dry run of all is of no more ports than this. */
const MOST = 1000
/** So many are said in full. */
const MOST_NAMED = 20

type Failed = { id: string; name: string | undefined; why: string }
type Run = { done: number; of: number; failed: readonly Failed[]; ended: boolean; plan: BulkPlan }

type DryRunManyProps = { project: string; plan: BulkPlan; forbidden: string | undefined }

/** Dry-runs the plan on some of its ports, or on all: nothing is changed. */
export function DryRunMany({ project, plan, forbidden }: DryRunManyProps): JSX.Element {
  const client = useQueryClient()
  const announce = useAnnounce()
  const [sample, setSample] = useState<(typeof SAMPLES)[number]>('kinds')
  const [run, setRun] = useState<Run>()
  const abort = useRef<AbortController>(null)
  const begin = useRef<HTMLButtonElement>(null)
  const latest = useLatest(plan)
  useEffect(() => () => abort.current?.abort(), [])
  const all = plan.kinds.reduce((sum, kind) => sum + kind.ports.length, 0)
  const chosen = sampleOf(plan, sample)
  const now = run?.plan === plan ? run : undefined
  const start = async () => {
    const gone = new AbortController()
    abort.current = gone
    const failed: Failed[] = []
    let done = 0
    const show = (ended: boolean) => setRun({ done, of: chosen.length, failed: [...failed], ended, plan })
    show(false)
    for (const { kind, place } of chosen) {
      // Another plan needs a dry run of its own.
      if (gone.signal.aborted || latest.current !== plan) break
      const port = plan.ports[place]!
      const why = await dryRunPlan(project, port.port_id, {
        planned_from: [...kind.list],
        desired: [...kind.desired],
        steps: kind.plan.steps.map(({ step }) => step),
      }).then(whyNotPassed, (error: unknown) =>
        error instanceof CallError ? `${error.error_msg} (${error.error_code})` : String(error),
      )
      if (why !== undefined) failed.push({ id: port.port_id, name: port.name ?? undefined, why })
      done++
      if (!gone.signal.aborted) show(false)
    }
    // The audit log has dry runs more, however they ended.
    outdate(client, ['records'])
    show(true)
    announce(`Dry run: ${done - failed.length} of ${done} passed.`)
  }
  const stop = () => {
    abort.current?.abort()
    begin.current?.focus()
  }
  const passed = now === undefined ? 0 : now.done - now.failed.length
  return (
    <Panel title="Dry run" note="checks, and changes nothing">
      <div className={styles.body}>
        <div className={styles.ways}>
          <SelectField
            label="On which ports"
            value={sample}
            onChange={(event) => setSample(event.target.value as typeof sample)}
          >
            <option value="kinds">One of each kind, {portsWords(Math.min(plan.kinds.length, MOST))}</option>
            {all > 20 && <option value="20">20 of them</option>}
            {all > 100 && <option value="100">100 of them</option>}
            <option value="all">
              {all > MOST ? `The first ${MOST.toLocaleString('en')}` : `All, ${portsWords(all)}`}
            </option>
          </SelectField>
        </div>
        <div className={styles.ways}>
          <Button
            ref={begin}
            icon="check"
            busy={now !== undefined && !now.ended}
            disabledReason={forbidden ?? (all === 0 ? 'No port changes' : undefined)}
            onClick={() => void start()}
          >
            Dry run
          </Button>
          {now !== undefined && !now.ended && (
            <>
              <progress aria-label="Dry run" max={now.of} value={now.done} />
              <span>
                {now.done} of {now.of}
              </span>
              <Button size="small" variant="ghost" onClick={stop}>
                Stop
              </Button>
            </>
          )}
        </div>
        {now?.ended === true && (
          <Notice
            tone={now.failed.length > 0 ? 'warn' : now.done < now.of ? 'neutral' : 'ok'}
            title={`${counted(passed, 'port')} passed, ${now.failed.length} did not${now.done < now.of ? `; stopped after ${now.done}` : ''}`}
          >
            The platform checks requests, not traffic. Nothing was changed.
          </Notice>
        )}
        {now !== undefined && now.failed.length > 0 && (
          <ul className={styles.stack}>
            {now.failed.slice(0, MOST_NAMED).map(({ id, name, why }) => (
              <li key={id}>
                <Link to="/projects/$projectId/ports/$portId" params={{ projectId: project, portId: id }}>
                  {name ?? `port ${shortId(id)}`}
                </Link>
                : {why}
              </li>
            ))}
            {now.failed.length > MOST_NAMED && <li>And {now.failed.length - MOST_NAMED} more.</li>}
          </ul>
        )}
      </div>
    </Panel>
  )
}

/** Ports of as many kinds as can be, so that a few say the most. */
function sampleOf({ kinds }: BulkPlan, sample: (typeof SAMPLES)[number]) {
  const most = sample === 'kinds' ? kinds.length : sample === 'all' ? MOST : Number(sample)
  const chosen: { kind: BulkPlan['kinds'][number]; place: number }[] = []
  const longest = Math.max(0, ...kinds.map(({ ports }) => ports.length))
  for (let turn = 0; turn < longest && chosen.length < Math.min(most, MOST); turn++)
    for (const kind of kinds) {
      const place = kind.ports[turn]
      if (place !== undefined && chosen.length < Math.min(most, MOST)) chosen.push({ kind, place })
    }
  return chosen
}

function whyNotPassed(checks: readonly StepCheck[]): string | undefined {
  if (isPassed(checks)) return undefined
  const at = checks.findIndex((check) => 'error' in check || check.kind === 'portside_refused')
  const check = checks[at]
  const said =
    check === undefined
      ? 'not checked'
      : 'error' in check
        ? check.error.error_msg
        : 'problem' in check
          ? check.problem
          : ''
  return `step ${at + 1}: ${said}`
}
