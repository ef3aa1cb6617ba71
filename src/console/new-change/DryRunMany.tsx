import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState, type JSX } from 'react'
import type { StepCheck } from '../../vpc/checks.ts'
import type { BulkPlan, PlannedKind } from '../bulk-plan/bulk-plan.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { counted } from '../facts/change-words.ts'
import { useLatest } from '../hooks/latest.ts'
import { isPassed } from '../plan/check-result.ts'
import { CallError, isSessionLost } from '../proxy-client/call-error.ts'
import { dryRunPlan } from '../proxy-client/dry-run.ts'
import { outdate } from '../proxy-client/order.ts'
import { useAnnounce } from '../ui/Announcer.tsx'
import { Button } from '../ui/Button.tsx'
import { SelectField } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Panel } from '../ui/Panel.tsx'
import { shortId } from '../ui/short-id.ts'
import { portsWords, timeLeftWords } from '../waves/bulk-words.ts'
import styles from './NewChangePage.module.css'

/** So many ports can be chosen: each is a read and as many calls as its plan has steps. */
const SAMPLES = ['kinds', '20', '100', 'all'] as const
/** So many are said in full. */
const MOST_NAMED = 20
/** From so many ports on it can be said how long the others will take. */
const ENOUGH_FOR_TIME = 10

/** Why a run is given up: the page was left. */
const LEFT = 'left'

const NOT_CHECKED = 'The other ports could not be checked'

type Failed = { id: string; name: string | undefined; why: string }
type Run = {
  plan: BulkPlan
  of: number
  done: number
  /** How many did not pass, and the first of them. */
  failures: number
  failed: readonly Failed[]
  secondsLeft: number | null
  ended: boolean
  /** What kept the rest from being checked; undefined where the operator did, or nothing. */
  error?: unknown
}

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
  useEffect(() => () => abort.current?.abort(LEFT), [])
  const all = plan.kinds.reduce((sum, kind) => sum + kind.ports.length, 0)
  const chosen = useMemo(() => sampleOf(plan, sample), [plan, sample])
  const now = run?.plan === plan ? run : undefined
  const start = async () => {
    const gone = new AbortController()
    abort.current = gone
    const failed: Failed[] = []
    const of = chosen.length
    let [done, failures] = [0, 0]
    const began = performance.now()
    const show = (end: { ended: boolean; error?: unknown } = { ended: false }) => {
      const each = (performance.now() - began) / done
      const secondsLeft = done < ENOUGH_FOR_TIME ? null : ((of - done) * each) / 1000
      setRun({ plan, of, done, failures, failed: [...failed], secondsLeft, ...end })
    }
    const end = (error?: unknown) => {
      // The audit log has dry runs more, however they ended.
      outdate(client, ['records'])
      if (gone.signal.reason === LEFT || latest.current !== plan) return
      show({ ended: true, error })
      announce(`Dry run: ${endWords({ of, done, failures })}.`)
    }
    show()
    for (const { kind, place } of chosen) {
      // Another plan needs a dry run of its own.
      if (gone.signal.aborted || latest.current !== plan) break
      const { port_id: id, name } = plan.ports[place]!
      let why: string | undefined
      try {
        why = whyNotPassed(await dryRunOf(client, project, id, kind, gone.signal))
      } catch (error) {
        if (gone.signal.aborted) break
        // The next port would meet the same.
        if (!isOfThePort(error)) return end(error)
        why = `${error.error_msg} (${error.error_code})`
      }
      if (why !== undefined && ++failures <= MOST_NAMED) failed.push({ id, name: name ?? undefined, why })
      done++
      if (!gone.signal.aborted) show()
    }
    end()
  }
  const stop = () => {
    abort.current?.abort()
    begin.current?.focus()
  }
  const left = timeLeftWords(now?.secondsLeft ?? null)
  return (
    <Panel title="Dry run" note="checks, and changes nothing">
      <div className={styles.body}>
        <div className={styles.ways}>
          <SelectField
            label="On which ports"
            value={sample}
            onChange={(event) => setSample(event.target.value as typeof sample)}
          >
            <option value="kinds">One of each kind, {portsWords(plan.kinds.length)}</option>
            {all > 20 && <option value="20">20 of them</option>}
            {all > 100 && <option value="100">100 of them</option>}
            <option value="all">All, {portsWords(all)}</option>
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
                {now.done.toLocaleString('en')} of {now.of.toLocaleString('en')}
                {left !== undefined && `, ${left}`}
              </span>
              <Button size="small" variant="ghost" onClick={stop}>
                Stop
              </Button>
            </>
          )}
        </div>
        {now?.ended === true && (
          <Notice
            tone={now.failures > 0 ? 'warn' : now.done < now.of ? 'neutral' : 'ok'}
            title={endWords(now)}
          >
            The platform checks requests, not traffic. Nothing was changed.
          </Notice>
        )}
        {now?.error !== undefined && (
          <ErrorPanel
            error={now.error}
            title={NOT_CHECKED}
            unknown={{ title: NOT_CHECKED, text: 'A dry run changes nothing.' }}
          />
        )}
        {now !== undefined && now.failures > 0 && (
          <ul className={styles.stack}>
            {now.failed.map(({ id, name, why }) => (
              <li key={id}>
                <Link to="/projects/$projectId/ports/$portId" params={{ projectId: project, portId: id }}>
                  {name ?? `port ${shortId(id)}`}
                </Link>
                : {why}
              </li>
            ))}
            {now.failures > MOST_NAMED && <li>And {now.failures - MOST_NAMED} more.</li>}
          </ul>
        )}
      </div>
    </Panel>
  )
}

function endWords({ of, done, failures }: Pick<Run, 'of' | 'done' | 'failures'>): string {
  const stopped = done < of ? `; stopped after ${done}` : ''
  return `${counted(done - failures, 'port')} passed, ${failures} did not${stopped}`
}

/** Ports of as many kinds as can be, so that a few say the most. */
function sampleOf({ kinds }: BulkPlan, sample: (typeof SAMPLES)[number]) {
  const most = sample === 'kinds' ? kinds.length : sample === 'all' ? Infinity : Number(sample)
  const chosen: { kind: BulkPlan['kinds'][number]; place: number }[] = []
  const longest = Math.max(0, ...kinds.map(({ ports }) => ports.length))
  for (let turn = 0; turn < longest && chosen.length < most; turn++)
    for (const kind of kinds) {
      const place = kind.ports[turn]
      if (place !== undefined && chosen.length < most) chosen.push({ kind, place })
    }
  return chosen
}

/**
 * Dry-runs a kind on one of its ports. Where this user has asked for too much it waits as long as
 * the proxy says, as reads do. @throws CallError
 */
async function dryRunOf(
  client: QueryClient,
  project: string,
  portId: string,
  { list, desired, plan: { steps } }: PlannedKind,
  signal: AbortSignal,
): Promise<StepCheck[]> {
  const queryKey = ['dry-run-many', project, portId]
  const stopWaiting = () => void client.cancelQueries({ queryKey })
  signal.addEventListener('abort', stopWaiting, { once: true })
  try {
    return await client.fetchQuery({
      queryKey,
      queryFn: () =>
        dryRunPlan(project, portId, {
          planned_from: [...list],
          desired: [...desired],
          steps: steps.map(({ step }) => step),
        }),
      staleTime: 0,
      gcTime: 0,
    })
  } finally {
    signal.removeEventListener('abort', stopWaiting)
  }
}

/** False where there is no response, or nobody is signed in any more. */
function isOfThePort(error: unknown): error is CallError {
  return error instanceof CallError && error.status !== 0 && !isSessionLost(error)
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
