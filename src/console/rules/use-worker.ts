import { startTransition, useCallback, useEffect, useRef, useState } from 'react'
import type { ResultOf, WorkerQuestion } from '../traffic/compare-traffic.ts'
import type { TrafficClient } from '../traffic/traffic-client.ts'

/**
 * The worker's result for a question. While that of a newer question is computed, the last one
 * stays; `isCurrent` says so.
 */
export type WorkerState<Question extends WorkerQuestion> =
  | { state: 'computing' }
  | { state: 'failed'; message: string; retry: () => void }
  | { state: 'known'; result: ResultOf<Question>; question: Question; isCurrent: boolean }

/**
 * Asks the traffic worker: with thousands of rules it takes too long for the page. Undefined asks
 * nothing, and keeps what is known.
 */
export function useWorker<Question extends WorkerQuestion>(
  question: Question | undefined,
): WorkerState<Question> {
  const client = useRef<TrafficClient | undefined>(undefined)
  const [found, setFound] = useState<{ question: Question; end: ResultOf<Question> | Error }>()
  const ask = useCallback((asked: Question, signal?: AbortSignal) => {
    const show = (end: ResultOf<Question> | Error) =>
      startTransition(() => setFound({ question: asked, end }))
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
  return { state: 'known', result: end, question: found.question, isCurrent: found.question === question }
}
