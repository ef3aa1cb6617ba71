import { choosePorts, type ChosenPorts } from '../../vpc/bulk/choose-ports.ts'
import { isUuid } from '../../vpc/ids.ts'
import { inCalls } from '../../vpc/in-calls.ts'
import type { Port } from '../../vpc/port.ts'
import { exactSearch } from '../port-search/search-text.ts'
import { readPorts } from '../proxy-client/chosen-ports.ts'
import type { PortFilters } from '../proxy-client/queries.ts'

/** Above this, it takes fewer calls to read all ports than to ask for each. */
const MOST_ASKED = 500

/** The platform's names are no longer. */
const LONGEST_NAME = 255

/** What is kept of a port that was found. */
export type FoundPort = Pick<Port, 'id' | 'name' | 'private_ips' | 'security_groups'>

/** What a pasted text names; `whole` where all ports were looked through for it. */
export type Found = (ChosenPorts<FoundPort> & { whole: boolean }) | { problem: string }

/**
 * The ports that a pasted text names by ID, name or IP. Few texts are asked of the platform, as
 * exact filters: a name must then be written as it is.
 * @param whole looks through all ports, however few texts there are
 */
export async function findPorts(
  project: string,
  pasted: string,
  whole: boolean,
  onRead: (count: number) => void,
  signal: AbortSignal,
): Promise<Found> {
  const texts = choosePorts<FoundPort>(pasted, [])
  if ('problem' in texts) return texts
  const all = whole || texts.unknown.length > MOST_ASKED
  const filters = all ? [{}] : filtersFor(texts.unknown)
  const { ports } = await readPorts<FoundPort>(project, filters, whatIsShown, onRead, signal)
  const found = choosePorts(pasted, ports)
  return 'problem' in found ? found : { ...found, whole: all }
}

function whatIsShown({ id, name, private_ips, security_groups }: Port): FoundPort {
  return { id, name, private_ips, security_groups }
}

function filtersFor(texts: readonly string[]): PortFilters[] {
  const ids = texts.filter(isUuid).map((id) => id.toLowerCase())
  const addresses = texts.flatMap(
    (text) => exactSearch(text)?.tries.flatMap((one) => one.private_ips ?? []) ?? [],
  )
  // No port has a longer name, and the platform would refuse to look for the others.
  const names = texts.filter((text) => !isUuid(text) && text.length <= LONGEST_NAME)
  return [
    ...inCalls(ids).map((id) => ({ id })),
    ...inCalls(addresses).map((private_ips) => ({ private_ips })),
    ...inCalls(names).map((name) => ({ name })),
  ]
}
