import { startTransition, useEffect, useState } from 'react'

/** The cells of so many rows are laid out and painted in less than half of a frame. */
const EACH_FRAME = 8

/** What waits to be drawn, in the order in which it came. */
const waiting = new Set<() => void>()
let asked = false

/**
 * False at first, then true: of all that wait so, a few in each frame. A jump brings dozens of rows
 * into sight at once, and all of their cells in one frame would be long.
 * @param isNow it never waits
 * @param isAhead out of sight yet: it waits where more than come in one frame wait already
 */
export function useFewEachFrame(isNow: boolean, isAhead: boolean): boolean {
  const [isDrawn, setDrawn] = useState(() => isNow || (isAhead && waiting.size <= EACH_FRAME))
  useEffect(() => {
    if (isDrawn) return
    const draw = () => setDrawn(true)
    waiting.add(draw)
    askForFrame()
    return () => void waiting.delete(draw)
  }, [isDrawn])
  return isDrawn || isNow
}

function askForFrame(): void {
  if (asked) return
  asked = true
  requestAnimationFrame(() => setTimeout(drawSome))
}

function drawSome(): void {
  asked = false
  startTransition(() => {
    for (const draw of [...waiting].slice(0, EACH_FRAME)) {
      waiting.delete(draw)
      draw()
    }
  })
  if (waiting.size > 0) askForFrame()
}
