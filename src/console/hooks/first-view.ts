let drawn!: () => void

/**
 * Resolves once a page shows what it is for, or after a while: nothing else may slow that down.
 */
export const firstView = new Promise<void>((resolve) => (drawn = resolve))

/** Called by a page as soon as it is drawn; what waits begins when that is painted. */
export function firstViewDrawn(): void {
  requestAnimationFrame(() => setTimeout(drawn))
}

setTimeout(drawn, 2000)

/** The last clicks and keys, before what takes them is loaded (early-events.ts); newest first. */
export const early: Event[] = []

/** Keeps a click or a key. */
export function keepEarly(event: Event & Partial<KeyboardEvent>): void {
  early.unshift(event)
  early.splice(9)
  // Browsers have a use of their own for it.
  if (event.key === 'k' && (event.ctrlKey || event.metaKey)) event.preventDefault()
}

// Some tests have no page.
if ('document' in globalThis) {
  addEventListener('click', keepEarly)
  addEventListener('keydown', keepEarly)
}
