const known = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls `leave` when `signal` is aborted, later than now. However many wait for a signal, it has
 * one listener: to add and remove one for each costs some microseconds of a request.
 * @returns takes it back
 */
export function whenAborted(signal: AbortSignal, leave: () => void): () => void {
  const waiting = known.get(signal) ?? listenTo(signal)
  waiting.add(leave)
  return () => waiting.delete(leave)
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const waiting = new Set<() => void>()
  known.set(signal, waiting)
  signal.addEventListener('abort', () => {
    for (const leave of waiting) leave()
  })
  return waiting
}
