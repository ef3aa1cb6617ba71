import type { JSX } from 'react'
import { Notice } from '../ui/Notice.tsx'

/** Said while reads wait because this user has asked for too much. */
export function TooManyNotice(): JSX.Element {
  return (
    <Notice tone="warn" role="alert" title="Too many requests at once">
      Portside limits the requests of a user. Reading goes on within a minute.
    </Notice>
  )
}
