import type { JSX } from 'react'
import { Badge, type Tone } from './Badge.tsx'

/** Documented values of a port's `status` (docs/platform.md, Objects, Table 5). */
const TONES = new Map<string, Tone>([
  ['ACTIVE', 'ok'],
  ['BUILD', 'accent'],
  ['DOWN', 'neutral'],
])

/** A port's status, in the platform's own word; one that is not documented is marked. */
export function StatusBadge({ status }: { status: string | null | undefined }): JSX.Element {
  if (status === null || status === undefined || status === '') return <>—</>
  const tone = TONES.get(status)
  // It may be longer than there is room for.
  return tone === undefined ? (
    <Badge tone="warn" title={status}>
      {status}
    </Badge>
  ) : (
    <Badge tone={tone}>{status}</Badge>
  )
}
