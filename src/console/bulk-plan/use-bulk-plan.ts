import { useQueryClient } from '@tanstack/react-query'
import { startTransition, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Intent } from '../../vpc/bulk/intent.ts'
import type { PlannedPort, Planning } from '../../vpc/bulk/kinds.ts'
import type { KindTraffic } from '../../vpc/bulk/kinds-traffic.ts'
import type { PlanWay } from '../../vpc/plan-change.ts'
import type { BulkPlan } from './bulk-plan.ts'
import type { BulkPlanClient } from './bulk-plan-client.ts'
import type { BulkProgress } from './plan-bulk.ts'
import { RulesRead } from './read-facts.ts'

/**
 * The plan of a change of many ports, as far as it is known. A plan is never of another question
 * than the one that is asked now.
 */
export type BulkPlanState =
  /** Nothing is asked: there is no intent, or there are no ports. */
  | { state: 'idle' }
  | (BulkProgress & { stop: () => void })
  /** The operator stopped it. */
  | { state: 'stopped'; goOn: () => void }
  | {
      state: 'planned'
      plan: BulkPlan
      again: () => void
      /** All flows of a kind, by its place; see useKindInFull. */
      inFull: (place: number, signal: AbortSignal) => Promise<KindTraffic | null>
    }
  /** `error` is a CallError or a PlanUnavailable. */
  | { state: 'failed'; error: unknown; retry: () => void }

type Question = {
  project: string
  /** The same array for as long as they are the same ports: it is compared by identity. */
  ports: readonly PlannedPort[]
  intent: Intent | undefined
  /** The way that the operator chose; undefined: the proposed one of each kind. */
  way: PlanWay | undefined
  /** What useRights and useOffers say. */
  planning: Planning
}

type End = { plan: BulkPlan } | { error: unknown } | { stopped: true }

/**
 * Plans a change of many ports in a worker, anew with each other question. `again` reads all rules
 * anew; the ports themselves are the page's to read.
 */
export function useBulkPlan({ project, ports, intent, way, planning }: Question): BulkPlanState {
  const queryClient = useQueryClient()
  const client = useRef<BulkPlanClient | undefined>(undefined)
  const [tried, setTried] = useState(0)
  // The intent and the planning are new objects with every rendering: their contents count.
  const wantedText = intent && JSON.stringify({ intent, way, planning })
  const key = useMemo(() => ({ project, ports, wantedText, tried }), [project, ports, wantedText, tried])
  const rules = useMemo(() => new RulesRead(project, queryClient), [project, queryClient])
  const stopIt = useRef<() => void>(undefined)
  const [progress, setProgress] = useState<{ of: object; progress: BulkProgress }>()
  const [ended, setEnded] = useState<{ of: object; end: End }>()

  useEffect(() => {
    if (wantedText === undefined || ports.length === 0) return
    const gone = new AbortController()
    const end = (one: End) => {
      // The plan takes long to draw.
      if (!gone.signal.aborted || 'stopped' in one) startTransition(() => setEnded({ of: key, end: one }))
    }
    stopIt.current = () => {
      gone.abort()
      end({ stopped: true })
    }
    const plan = async () => {
      const [{ BulkPlanClient }, { planBulk }] = await Promise.all([
        import('./bulk-plan-client.ts'),
        import('./plan-bulk.ts'),
      ])
      gone.signal.throwIfAborted()
      client.current ??= new BulkPlanClient()
      return planBulk({
        project,
        ports,
        wanted: JSON.parse(wantedText) as { intent: Intent; way?: PlanWay; planning: Planning },
        queryClient,
        client: client.current,
        rules,
        signal: gone.signal,
        report: (made) => !gone.signal.aborted && setProgress({ of: key, progress: made }),
      })
    }
    plan().then(
      (made) => end({ plan: made }),
      (error: unknown) => end({ error }),
    )
    return () => gone.abort()
  }, [key, project, ports, wantedText, queryClient, rules])
  useEffect(
    () => () => {
      client.current?.close()
      client.current = undefined
    },
    [],
  )

  const goOn = useCallback(() => setTried((times) => times + 1), [])
  const again = useCallback(() => {
    rules.forget()
    goOn()
  }, [rules, goOn])
  const inFull = useCallback(
    (place: number, signal: AbortSignal) => client.current!.inFull(place, signal),
    [],
  )
  const stop = useCallback(() => stopIt.current?.(), [])
  return useMemo<BulkPlanState>(() => {
    if (wantedText === undefined || ports.length === 0) return { state: 'idle' }
    if (ended?.of === key) {
      const { end } = ended
      if ('stopped' in end) return { state: 'stopped', goOn }
      return 'plan' in end
        ? { state: 'planned', plan: end.plan, again, inFull }
        : { state: 'failed', error: end.error, retry: goOn }
    }
    return { ...(progress?.of === key ? progress.progress : NOT_BEGUN), stop }
  }, [wantedText, ports, ended, progress, key, again, goOn, inFull, stop])
}

const NOT_BEGUN: BulkProgress = { state: 'reading', progress: { done: 0, of: 0 }, found: undefined }
