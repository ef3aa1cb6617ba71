import { startTransition, useEffect, useState } from 'react'

/**
 * The value, once all that was drawn with it is on the screen, in a drawing that gives way. Unlike
 * useDeferredValue, which does not wait when the value itself came in a transition.
 */
export function useLaterValue<T>(value: T): T {
  const [later, setLater] = useState(() => value)
  useEffect(() => startTransition(() => setLater(() => value)), [value])
  return later
}
