import type { JSX } from 'react'
import { PageHeader } from '../ui/PageHeader.tsx'

/** One port and the order of its security groups. */
export function PortPage(): JSX.Element {
  return <PageHeader title="Port" />
}
