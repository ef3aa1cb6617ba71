import { addressesOf } from '../../vpc/port-facts.ts'
import type { Port } from '../../vpc/port.ts'
import { readCidr, type AddressRange, type Family } from '../../vpc/traffic/addresses.ts'

type Network = AddressRange & { family: Family }

/**
 * Whether a port has an address in the network that a text means, as '10.20.1.0/24'; undefined
 * where the text means none.
 */
export function networkMatcher(text: string): ((port: Port) => boolean) | undefined {
  const network = readCidr(text)
  return network && ((port) => addressesRead(port).some((one) => isIn(one, network)))
}

function isIn(address: Network, { family, from, end }: Network): boolean {
  return address.family === family && address.from >= from && address.from < end
}

const read = new WeakMap<Port, Network[]>()

/** The addresses of a port, read once: with each letter all ports are searched. */
function addressesRead(port: Port): Network[] {
  let addresses = read.get(port)
  if (addresses === undefined) {
    addresses = addressesOf(port).flatMap((address) => readCidr(address) ?? [])
    read.set(port, addresses)
  }
  return addresses
}
