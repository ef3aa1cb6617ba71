import { startTransition, useCallback, useEffect, useRef, useState } from 'react'
import type { RuleTable } from '../../vpc/traffic/rule-table.ts'
import type { RulesQuestion } from '../traffic/compare-traffic.ts'
import type { TrafficClient } from '../traffic/traffic-client.ts'

/**
 * The rules of a question. While those of a newer question are computed, the last ones stay;
 * `isCurrent` says so.
 */
export type RuleTableState =
  | { state: 'computing' }
  | { state: 'failed'; message: string; retry: () => void }
  | { state: 'known'; table: RuleTable; question: RulesQuestion; isCurrent: boolean }

/**
 * Has the traffic worker put the rules of lists in order: with thousands of them that takes too
 * long for the page. Undefined asks nothing, and keeps what is known.
 */
export function useRuleTable(question: RulesQuestion | undefined): RuleTableState {
  const client = useRef<TrafficClient | undefined>(undefined)
  const [found, setFound] = useState<{ question: RulesQuestion; end: RuleTable | Error }>()
  const ask = useCallback((asked: RulesQuestion, signal?: AbortSignal) => {
    const show = (end: RuleTable | Error) => startTransition(() => setFound({ question: asked, end }))
    import('../traffic/traffic-client.ts')
      .then((module) => {
        signal?.throwIfAborted()
        client.current ??= new module.TrafficClient()
        return client.current.ask(asked, signal)
      })
      .then(show, (reason: unknown) => {
        // A newer question was asked, or the table is gone.
        if (signal?.aborted || (reason instanceof DOMException && reason.name === 'AbortError')) return
        show(reason instanceof Error ? reason : new Error(String(reason)))
      })
  }, [])
  useEffect(
    () => () => {
      client.current?.close()
      client.current = undefined
    },
    [],
  )
  useEffect(() => {
    if (question === undefined) return
    const gone = new AbortController()
    ask(question, gone.signal)
    return () => gone.abort()
  }, [question, ask])
  if (found === undefined) return { state: 'computing' }
  const { end } = found
  if (end instanceof Error)
    return {
      state: 'failed',
      message: end.message,
      retry: () => {
        setFound(undefined)
        ask(found.question)
      },
    }
  return { state: 'known', table: end, question: found.question, isCurrent: found.question === question }
}
