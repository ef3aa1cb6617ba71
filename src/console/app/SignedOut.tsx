import type { JSX } from 'react'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'

/** The session is gone: how to get a new one, and that nothing is lost. */
export function SignedOut({ onRetry }: { onRetry: () => void }): JSX.Element {
  return (
    <>
      <title>Signed out · Portside</title>
      <EmptyState
        wholePage
        title="Signed out"
        actions={
          <Button variant="primary" icon="refresh" onClick={onRetry}>
            Try again
          </Button>
        }
      >
        Open the address that <code>npm start</code> printed, in this browser, then try again. Arrangements
        not yet applied are kept.
      </EmptyState>
    </>
  )
}
