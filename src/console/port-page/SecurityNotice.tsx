import type { JSX } from 'react'
import { shortened } from '../../vpc/errors.ts'
import { portSecurityOf } from '../../vpc/port-facts.ts'
import type { Port } from '../../vpc/port.ts'
import { Notice } from '../ui/Notice.tsx'

const LONGEST_SHOWN = 60

/** Of a port whose groups have no effect, or where that can't be known. */
export function SecurityNotice({ port }: { port: Port }): JSX.Element {
  if (portSecurityOf(port) === false)
    return (
      <Notice tone="warn" title="Security groups have no effect on this port">
        All traffic passes, as its <code>port_security_enabled</code> is false.
      </Notice>
    )
  return (
    <Notice tone="warn" title="It is not known whether security groups have an effect on this port">
      Portside can’t read its <code>port_security_enabled</code>, which is{' '}
      <code>{shortened(JSON.stringify(port.port_security_enabled), LONGEST_SHOWN)}</code>. What is said of
      traffic holds only if it is true.
    </Notice>
  )
}
