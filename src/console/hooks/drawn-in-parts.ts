import { startTransition, useEffect, useState } from 'react'

/**
 * How many rows of a list to draw now: a few more with each task until `most` are drawn, so that
 * rows that take long don't keep the page.
 * @param atOnce how many come with each task
 */
export function useDrawnInParts(most: number, atOnce: number): number {
  const [drawn, setDrawn] = useState(atOnce)
  const isWhole = drawn >= most
  useEffect(() => {
    if (isWhole) return
    const timer = setTimeout(() => startTransition(() => setDrawn(drawn + atOnce)))
    return () => clearTimeout(timer)
  }, [isWhole, drawn, atOnce])
  return Math.min(drawn, most)
}
