import type { JSX } from 'react'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'

/** Why a change that was sent was not started, or that nobody knows whether it was. */
export function NotStarted({ error }: { error: unknown }): JSX.Element {
  return (
    <ErrorPanel
      error={error}
      title="The change could not be started"
      unknown={{
        title: 'Whether the change was started is unknown',
        text: 'If it was, this page shows it as soon as the proxy answers again. To send it again is safe: it is never started twice.',
      }}
    />
  )
}
