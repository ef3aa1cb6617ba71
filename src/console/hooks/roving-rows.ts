import { useCallback, useLayoutEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react'
import { useLatest } from './latest.ts'

/**
 * Keyboard ways through a list whose rows have several controls each. Only one row's controls are
 * in the tab order, the active one's; arrow keys, Home and End go to the same control of another
 * row. Rows are elements with `data-row`, their controls have `data-control`.
 */
export type RovingRows = {
  container: RefObject<HTMLElement | null>
  /** The row whose controls are in the tab order; the first one at first. */
  active: string | undefined
  onFocus: (event: { target: EventTarget }) => void
  /** Handles the arrow keys. @returns true when the key was one of its own */
  onKeyDown: (event: KeyboardEvent) => boolean
  /**
   * Once the list has changed, puts the focus back on this row's control (moving a row makes
   * browsers lose it).
   */
  focusAfterChange: (row: string, control?: string) => void
}

/** Roving focus over the rows of `list`, by ID. */
export function useRovingRows(list: readonly string[]): RovingRows {
  const container = useRef<HTMLElement>(null)
  const wanted = useRef<{ row: string; control: string | undefined; list: readonly string[] }>(null)
  const [last, setLast] = useState<string>()
  const active = last !== undefined && list.includes(last) ? last : list[0]

  const focus = useCallback((row: string, control: string | undefined) => {
    const all = container.current?.querySelectorAll<HTMLElement>('[data-row]') ?? []
    const element = [...all].find((one) => one.dataset.row === row)
    const target =
      element?.querySelector<HTMLElement>(`[data-control="${control ?? ''}"]`) ??
      element?.querySelector<HTMLElement>('[data-control]')
    target?.focus({ preventScroll: true })
    element?.scrollIntoView({ block: 'nearest' })
  }, [])

  useLayoutEffect(() => {
    if (wanted.current === null || wanted.current.list === list) return
    const { row, control } = wanted.current
    wanted.current = null
    focus(row, control)
  })

  const onFocus = useCallback(({ target }: { target: EventTarget }) => {
    const row = rowOf(target)
    if (row !== undefined) setLast(row)
  }, [])

  const onKeyDown = useCallback(
    (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return false
      if (event.target instanceof HTMLInputElement && event.target.type !== 'checkbox') return false
      const at = list.indexOf(rowOf(event.target) ?? '')
      const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: list.length - 1 }[event.key]
      if (at === -1 || to === undefined) return false
      event.preventDefault()
      const row = list[to]
      if (row !== undefined) focus(row, controlOf(event.target))
      return true
    },
    [list, focus],
  )

  const latest = useLatest(list)
  const focusAfterChange = useCallback(
    (row: string, control?: string) => {
      wanted.current = { row, control: control ?? controlOf(document.activeElement), list: latest.current }
    },
    [latest],
  )

  return { container, active, onFocus, onKeyDown, focusAfterChange }
}

/** The ID of the row that an element is in. */
export function rowOf(target: EventTarget | null): string | undefined {
  return target instanceof Element ? target.closest<HTMLElement>('[data-row]')?.dataset.row : undefined
}

function controlOf(target: EventTarget | null): string | undefined {
  return target instanceof Element
    ? target.closest<HTMLElement>('[data-control]')?.dataset.control
    : undefined
}
