import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react'

/** Selected rows of a list, to be acted on together. */
export type Selection = {
  /** Selected IDs in the order of the list. */
  ids: readonly string[]
  has: (id: string) => boolean
  /** Selects a row or unselects it; with `range`, selects all from the last row to this one. */
  toggle: (id: string, range: boolean) => void
  /** Selects exactly these. */
  only: (ids: readonly string[]) => void
  clear: () => void
  /** What an action on this row acts on: all selected rows when it is one of them, else itself. */
  with: (id: string) => readonly string[]
}

/** The IDs from `from` to `to` in the list, both included, in whichever direction. */
function rangeOf(list: readonly string[], from: string, to: string): string[] {
  const [a, b] = [list.indexOf(from), list.indexOf(to)]
  if (a === -1 || b === -1) return [to]
  return list.slice(Math.min(a, b), Math.max(a, b) + 1)
}

/**
 * A selection out of `list`; rows that leave the list leave the selection. The functions never
 * change.
 */
export function useSelection(list: readonly string[]): Selection {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const ids = useMemo(() => list.filter((id) => selected.has(id)), [list, selected])
  const latest = useRef({ list, ids, anchor: '' })
  useLayoutEffect(() => {
    latest.current = { ...latest.current, list, ids }
  }, [list, ids])

  const only = useCallback((next: readonly string[]) => setSelected(new Set(next)), [])
  const clear = useCallback(() => setSelected(new Set()), [])
  const toggle = useCallback((id: string, range: boolean) => {
    const now = latest.current
    const rows = range ? rangeOf(now.list, now.anchor, id) : [id]
    const select = range || !now.ids.includes(id)
    now.anchor = id
    setSelected(new Set(select ? [...now.ids, ...rows] : now.ids.filter((one) => one !== id)))
  }, [])
  const withRow = useCallback((id: string) => {
    const { ids: now } = latest.current
    return now.includes(id) ? now : [id]
  }, [])
  return useMemo(() => {
    const set = new Set(ids)
    return { ids, has: (id: string) => set.has(id), toggle, only, clear, with: withRow }
  }, [ids, toggle, only, clear, withRow])
}
