import { useEffect, useRef } from 'react'

/**
 * When a question to the operator goes away, the button that had the focus goes
 * with it: the focus is put on the page's title, so that keyboards do not start all over. @param
 * questions the IDs of what is asked now
 */
export function useFocusRescue(questions: readonly string[]): void {
  const asked = questions.join(' ')
  const before = useRef(asked)
  useEffect(() => {
    if (before.current !== '' && before.current !== asked && document.activeElement === document.body)
      document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })
    before.current = asked
  }, [asked])
}
