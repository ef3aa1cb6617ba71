let drawn!: () => void

/**
 * Resolves once a page shows what it is for, or after a while: nothing else may slow that down.
 */
export const firstView = new Promise<void>((resolve) => (drawn = resolve))

/** Called by a page, as soon as that is on the screen. */
export { drawn as firstViewDrawn }

setTimeout(drawn, 2000)

let click: MouseEvent | undefined
const note = (event: MouseEvent) => (click = event)
addEventListener('click', note)

/** The last click before a part that takes clicks was loaded; once, as then it listens itself. */
export function earlyClick(): MouseEvent | undefined {
  removeEventListener('click', note)
  const early = click
  click = undefined
  return early
}
