import { useCallback, useState } from 'react'
import { keepChoice, storedChoice } from '../hooks/stored-choice.ts'

const KEY = 'portside.dry-run'

/** Whether plans begin with a dry run: on at first, then as this user left it in this browser. */
export function useDryRunChoice(): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(() => storedChoice(KEY) !== 'off')
  // It stays the same function: the whole plan would be drawn for another one.
  const choose = useCallback((next: boolean) => {
    setOn(next)
    keepChoice(KEY, next ? 'on' : 'off')
  }, [])
  return [on, choose]
}
