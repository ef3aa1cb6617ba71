import { useCallback, useEffect, useState } from 'react'
import type { KindTraffic } from '../../vpc/bulk/kinds-traffic.ts'
import type { BulkPlanState } from './use-bulk-plan.ts'

/** All flows of one kind, as far as they are known. */
export type KindInFull =
  | { state: 'comparing' }
  /** Null where groups have no effect. */
  | { state: 'known'; traffic: KindTraffic | null }
  | { state: 'failed'; message: string; retry: () => void }

/**
 * Compares a kind's traffic with all its flows, when somebody wants to see them.
 * @param place among the plan's kinds
 */
export function useKindInFull(
  { plan, inFull }: Pick<Extract<BulkPlanState, { state: 'planned' }>, 'plan' | 'inFull'>,
  place: number,
): KindInFull {
  const [found, setFound] = useState<{ of: unknown; place: number; end: KindTraffic | null | Error }>()
  const ask = useCallback(
    (signal: AbortSignal) => {
      const show = (end: KindTraffic | null | Error) => !signal.aborted && setFound({ of: plan, place, end })
      inFull(place, signal).then(show, (reason: unknown) => {
        // Another change is planned meanwhile.
        if (reason instanceof DOMException && reason.name === 'AbortError') return
        show(reason instanceof Error ? reason : new Error(String(reason)))
      })
    },
    [plan, inFull, place],
  )
  useEffect(() => {
    const gone = new AbortController()
    ask(gone.signal)
    return () => gone.abort()
  }, [ask])
  if (found?.of !== plan || found.place !== place) return { state: 'comparing' }
  const { end } = found
  if (!(end instanceof Error)) return { state: 'known', traffic: end }
  const retry = () => {
    setFound(undefined)
    ask(new AbortController().signal)
  }
  return { state: 'failed', message: end.message, retry }
}
