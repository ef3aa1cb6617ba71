import { useEffect } from 'react'

const keyOf = (list: string) => `portside.list${list}`

/**
 * Keeps what a list is searched and filtered by, in this tab: links back to the list have it.
 * @param list the path of its page
 */
export function useKeepListSearch(list: string, search: object): void {
  const text = JSON.stringify(search)
  useEffect(() => {
    try {
      if (text === '{}') sessionStorage.removeItem(keyOf(list))
      else sessionStorage.setItem(keyOf(list), text)
    } catch {
      // It is closed or full: then links lead to the whole list.
    }
  }, [list, text])
}

/** What the list was searched and filtered by last; its route reads it, and leaves out the rest. */
export function listSearch(list: string): object {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(list)) ?? '{}') as object
  } catch {
    return {}
  }
}
