import type { JSX } from 'react'
import type { Port } from '../../vpc/port.ts'

/** What is shown: a port as the platform answered it. */
export type PortDetailsProps = {
  port: Port
  /** The port as it was before, to mark what changed. */
  before?: Port | undefined
  /** Of the answer that carried the port. */
  requestId?: string | null | undefined
}

/** Every field of a port with its documented meaning. */
export function PortDetails({ port }: PortDetailsProps): JSX.Element {
  return <pre>{JSON.stringify(port, null, 2)}</pre>
}
