import type { Port } from './port.ts'
import { flagOf, objectsOf, saysNothing, textOf } from './shown.ts'

// Apart from the schemas of a port, which a worker that only computes does not load.

/** The addresses of a port that can be read, to show: `private_ips` may hold anything. */
export function addressesOf({ private_ips }: Pick<Port, 'private_ips'>): string[] {
  return objectsOf(private_ips).flatMap(({ ip_address }) => textOf(ip_address) ?? [])
}

/**
 * Whether security groups take effect on a port: its `port_security_enabled`, true where it says
 * nothing. Undefined when what it says can't be read.
 */
export function portSecurityOf({
  port_security_enabled: said,
}: Pick<Port, 'port_security_enabled'>): boolean | undefined {
  return saysNothing(said) ? true : flagOf(said)
}
