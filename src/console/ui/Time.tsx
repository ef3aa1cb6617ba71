import type { JSX } from 'react'

/**
 * A time of the platform, to the minute and in UTC as the platform's own logs have it; what can't
 * be read as a time is shown as it came. A time without a zone is UTC (docs/platform.md, Objects,
 * Table 5, `created_at`).
 */
export function Time({ value }: { value: string | null | undefined }): JSX.Element {
  if (value === null || value === undefined || value === '') return <>—</>
  const iso = toIso(value)
  if (iso === undefined) return <>{value}</>
  return (
    <time dateTime={iso} title={value}>
      {iso.slice(0, 16).replace('T', ' ')}
    </time>
  )
}

function toIso(value: string): string | undefined {
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value}Z`
  const time = new Date(zoned)
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}
