import { useMutationState } from '@tanstack/react-query'
import type { JSX } from 'react'
import { isSessionLost, type CallError } from '../proxy-client/call-error.ts'
import { LeavingLink } from '../errors/LeavingLink.tsx'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'

/**
 * The session is gone: how to get a new one, whether the last request was carried out, and that
 * nothing is lost.
 */
export function SignedOut({ error, onRetry }: { error: CallError; onRetry: () => void }): JSX.Element {
  // Watched, not looked up: a read may find the session gone before the request that was sent with
  // it is refused.
  const refused = useMutationState({
    filters: { predicate: ({ state }) => isSessionLost(state.error) },
    select: ({ meta }) => meta?.refused,
  }).at(-1)
  const { pathname, search, hash } = location
  return (
    <>
      <title>Signed out · Portside</title>
      <EmptyState
        wholePage
        title="Signed out"
        actions={
          <>
            {error.sign_in === 'openid_connect' && (
              <LeavingLink
                variant="primary"
                href={`/sign-in?return_to=${encodeURIComponent(pathname + search + hash)}`}
              >
                Sign in
              </LeavingLink>
            )}
            <Button icon="refresh" onClick={onRetry}>
              Try again
            </Button>
          </>
        }
      >
        {refused ? `Your session has ended. ${String(refused)} ` : ''}
        {error.sign_in === 'openid_connect' ? (
          'Sign in to come back to this page. '
        ) : (
          <>
            Open the address that <code>npm start</code> printed, in this browser, then try again.{' '}
          </>
        )}
        Arrangements not yet applied are kept, and changes under way go on.
      </EmptyState>
    </>
  )
}
