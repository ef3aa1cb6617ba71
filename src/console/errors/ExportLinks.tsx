import type { JSX } from 'react'
import { LeavingLink } from './LeavingLink.tsx'

type ExportLinksProps = {
  /** Where the proxy sends the file from. */
  addressOf: (format: 'csv' | 'jsonl') => string
  /** Nothing is recorded. */
  isEmpty: boolean
}

/** Records as a file, in either form; the browser saves it. */
export function ExportLinks({ addressOf, isEmpty }: ExportLinksProps): JSX.Element {
  const nothing = isEmpty ? 'There is nothing to export' : undefined
  return (
    <>
      <LeavingLink href={addressOf('csv')} disabledReason={nothing}>
        Export CSV
      </LeavingLink>
      <LeavingLink href={addressOf('jsonl')} disabledReason={nothing}>
        Export JSON lines
      </LeavingLink>
    </>
  )
}
