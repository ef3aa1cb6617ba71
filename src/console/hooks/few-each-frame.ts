import { startTransition, useEffect, useState } from 'react'

/** The cells of so many rows are laid out and painted in less than half of a frame. */
const EACH_FRAME = 8

/** What waits to be drawn, in the order in which it came. */
const waiting = new Set<() => void>()
let asked = false

/**
 * False at first, then true: of all that wait so, a few in each frame. A jump brings dozens of rows
 * into sight at once, and all of their cells in one frame would be long.
 * @param isNow it need not wait
 */
export function useFewEachFrame(isNow: boolean): boolean {
  const [isDrawn, setDrawn] = useState(isNow)
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
  const some = [...waiting].slice(0, EACH_FRAME)
  startTransition(() => some.forEach((draw) => draw()))
  for (const draw of some) waiting.delete(draw)
  if (waiting.size > 0) askForFrame()
}
