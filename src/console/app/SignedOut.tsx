import { useQueryClient } from '@tanstack/react-query'
import type { JSX } from 'react'
import { isSessionLost, type ProxyError } from '../proxy-client/proxy-error.ts'
import { Button, ButtonLink } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'

/** The session is gone: how to get a new one, what became of what was asked last, and that nothing is lost. */
export function SignedOut({ error, onRetry }: { error: ProxyError; onRetry: () => void }): JSX.Element {
  const refused = useQueryClient()
    .getMutationCache()
    .getAll()
    .findLast(({ state }) => isSessionLost(state.error))?.meta?.refused
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
              <ButtonLink
                variant="primary"
                href={`/sign-in?return_to=${encodeURIComponent(pathname + search + hash)}`}
              >
                Sign in
              </ButtonLink>
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
