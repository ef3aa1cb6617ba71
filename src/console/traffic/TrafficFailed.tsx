import type { JSX } from 'react'
import { isPartMissing, PartMissing } from '../errors/PartMissing.tsx'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'

type TrafficFailedProps = { title: string; failure: { message: string; retry: () => void } }

/** The worker could not compute what was asked: why, and another try. */
export function TrafficFailed({ title, failure }: TrafficFailedProps): JSX.Element {
  if (isPartMissing(failure.message)) return <PartMissing />
  return (
    <Notice
      tone="danger"
      role="alert"
      title={title}
      actions={
        <Button size="small" icon="refresh" onClick={failure.retry}>
          Try again
        </Button>
      }
    >
      {failure.message}
    </Notice>
  )
}
