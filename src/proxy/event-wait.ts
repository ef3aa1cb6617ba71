import type { EventEmitter } from 'node:events'

/** A wait for an event: `happened` resolves with the event or at the end of the wait. */
export type EventWait = { happened: Promise<void>; stop(): void }

/**
 * Waits for an event from now on, at most `milliseconds`, or until a signal is aborted. It
 * removes all its listeners. AbortSignal.any would not: signals that live as long as the proxy keep
 * what it makes.
 */
export function waitForEvent(
  events: EventEmitter,
  name: string,
  milliseconds: number,
  signals: readonly AbortSignal[],
): EventWait {
  let over!: () => void
  const happened = new Promise<void>((resolve) => {
    over = resolve
  })
  const stop = () => {
    clearTimeout(timer)
    events.off(name, stop)
    for (const signal of signals) signal.removeEventListener('abort', stop)
    over()
  }
  const timer = setTimeout(stop, milliseconds)
  events.on(name, stop)
  for (const signal of signals) signal.addEventListener('abort', stop)
  if (signals.some(({ aborted }) => aborted)) stop()
  return { happened, stop }
}
