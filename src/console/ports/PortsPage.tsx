import type { JSX } from 'react'
import { PageHeader } from '../ui/PageHeader.tsx'

/** The ports of a project: find one. */
export function PortsPage(): JSX.Element {
  return <PageHeader title="Ports" />
}
