import type { JSX } from 'react'
import type { Session } from '../../vpc/portside-api.ts'
import { CallsLeft } from './CallsLeft.tsx'
import { GlobalKeys } from './GlobalKeys.tsx'

/** What of the frame the first view does not need: it is loaded after it. */
export default function LaterInShell({ session }: { session: Session }): JSX.Element {
  return (
    <>
      {session.calls && <CallsLeft session={session} />}
      <GlobalKeys />
    </>
  )
}
