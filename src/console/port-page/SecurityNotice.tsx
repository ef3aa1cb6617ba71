import type { JSX } from 'react'
import { shortened } from '../../vpc/errors.ts'
import { portSecurityOf, type Port } from '../../vpc/port.ts'
import { Notice } from '../ui/Notice.tsx'

const LONGEST_SHOWN = 60

/** Said of a port on which groups have no effect, or may have none. */
export function SecurityNotice({ port }: { port: Port }): JSX.Element {
  if (portSecurityOf(port) === false)
    return (
      <Notice tone="warn" title="Security groups have no effect on this port">
        Its <code>port_security_enabled</code> is false: all traffic passes, whatever groups are listed. The
        list can be arranged all the same.
      </Notice>
    )
  return (
    <Notice tone="warn" title="Whether security groups have effect on this port is not known">
      Its <code>port_security_enabled</code> is{' '}
      <code>{shortened(JSON.stringify(port.port_security_enabled), LONGEST_SHOWN)}</code>, which can’t be
      read. What is said of traffic holds only if it is true.
    </Notice>
  )
}
