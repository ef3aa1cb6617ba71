import type { EventEmitter } from 'node:events'

/**
 * Waits for an event: `heard` comes back with the event, or when the waiting is over; `stop` ends
 * it.
 */
export type EventWait = { happened: Promise<void>; stop(): void }

/**
 * Listens from now on for an event, at most so many milliseconds, until one of the signals is
 * aborted. It leaves nothing behind: AbortSignal.any would, as what it makes is held by signals
 * that live as long as the proxy.
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
