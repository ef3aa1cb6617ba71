const known = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls `leave`, which must not throw, when `signal` is aborted later than now. However many wait
 * for a signal, it has one listener until it is aborted: to add and remove one for each costs some
 * microseconds of a request.
 * @param signal of a controller or a timeout: Node would keep that of an AbortSignal.any for ever
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
  const leaveAll = () => {
    for (const leave of waiting) leave()
  }
  signal.addEventListener('abort', leaveAll, { once: true })
  return waiting
}

/**
 * A controller that is aborted with `signal`, and after `milliseconds`; whoever asked for it aborts
 * it at the end. In an AbortSignal.any, Node 20 would forget the time at a garbage collection.
 */
export function abortedWithin(milliseconds: number, signal?: AbortSignal): AbortController {
  const controller = new AbortController()
  if (signal?.aborted) {
    controller.abort(signal.reason)
    return controller
  }
  const tooLate = () => controller.abort(new DOMException('The time is over', 'TimeoutError'))
  const timer = setTimeout(tooLate, milliseconds).unref()
  const stay = signal && whenAborted(signal, () => controller.abort(signal.reason))
  whenAborted(controller.signal, () => {
    clearTimeout(timer)
    stay?.()
  })
  return controller
}
