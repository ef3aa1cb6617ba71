import { useLayoutEffect, useRef, type RefObject } from 'react'

/**
 * The value as last drawn, for functions that must stay the same and are called later (by events,
 * never while drawing).
 */
export function useLatest<T>(value: T): RefObject<T> {
  const latest = useRef(value)
  useLayoutEffect(() => {
    latest.current = value
  })
  return latest
}
