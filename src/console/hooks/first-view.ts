let drawn!: () => void

/**
 * Resolves once a page shows what it is for, or after a while: nothing else may slow that down.
 */
export const firstView = new Promise<void>((resolve) => (drawn = resolve))

/** Called by a page, as soon as that is on the screen. */
export { drawn as firstViewDrawn }

setTimeout(drawn, 2000)

/** What was clicked last: for parts that are loaded later. */
export const clicked: { last?: EventTarget | null } = {}

addEventListener('click', ({ target }) => (clicked.last = target))
