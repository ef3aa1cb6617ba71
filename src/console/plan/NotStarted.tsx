import type { JSX } from 'react'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'

/** Why a change did not start; or that it is unknown whether it did. */
export function NotStarted({ error }: { error: unknown }): JSX.Element {
  return (
    <ErrorPanel
      error={error}
      title="The change could not be started"
      unknown={{
        title: 'Whether the change was started is unknown',
        text: 'If it was, this page shows it as soon as the proxy responds again. It is safe to send it again: it is never started twice.',
      }}
    />
  )
}
