import type { JSX } from 'react'
import { Notice } from '../ui/Notice.tsx'

/** Said while reads wait because this user has asked for too much. */
export default function TooManyNotice(): JSX.Element {
  return (
    <Notice tone="warn" role="alert" title="Too many requests at once">
      Portside limits what a user may ask for in a minute. Reading goes on in a minute at most.
    </Notice>
  )
}
