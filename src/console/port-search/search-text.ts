import { isUuid } from '../../vpc/ids.ts'
import { addressesOf } from '../../vpc/port-facts.ts'
import type { Port } from '../../vpc/port.ts'
import { textOf } from '../../vpc/shown.ts'
import type { PortFilters } from '../proxy-client/queries.ts'

/**
 * A search that the platform can do by an exact filter: what was typed is a whole ID or address.
 * `tries` are asked one after the other until one finds something.
 */
export type ExactSearch = { what: string; tries: PortFilters[] }

const MAC = /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i
const IPV4 = /^(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/

/**
 * The exact search that a text means; undefined when it is a text to be looked for in the
 * ports.
 */
export function exactSearch(text: string): ExactSearch | undefined {
  const typed = text.trim()
  if (isUuid(typed)) {
    const id = typed.toLowerCase()
    return { what: 'port ID or device ID', tries: [{ id: [id] }, { device_id: [id] }] }
  }
  if (MAC.test(typed))
    return { what: 'MAC address', tries: [{ mac_address: [typed.toLowerCase().replaceAll('-', ':')] }] }
  if (IPV4.test(typed)) return { what: 'IP address', tries: [{ private_ips: [typed] }] }
  const canonical = canonicalIpv6(typed)
  if (canonical === undefined) return undefined
  // An IPv6 address can be written in many ways; the platform compares texts.
  return { what: 'IP address', tries: [{ private_ips: [...new Set([canonical, typed.toLowerCase()])] }] }
}

/** The shortest way to write an IPv6 address, as URLs have it; undefined for anything else. */
function canonicalIpv6(text: string): string | undefined {
  if (!/^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text) || !URL.canParse(`http://[${text}]`)) return undefined
  return new URL(`http://[${text}]`).hostname.slice(1, -1)
}

/** A text that may mean a network: '10.20.1.0/24'. */
const NETWORK = /[\d:]\/\d{1,3}\s*$/

/** True where a text may mean a network: network-search.ts knows. */
export function looksLikeNetwork(text: string): boolean {
  return NETWORK.test(text)
}

const haystacks = new WeakMap<Port, string>()

/**
 * True when a port holds the text, in its name, ID, private IPs, MAC address or device ID; upper
 * and lower case are the same. @param needle trimmed and in lower case
 */
export function portMatches(port: Port, needle: string): boolean {
  let haystack = haystacks.get(port)
  if (haystack === undefined) {
    const { name, id, mac_address, device_id } = port
    const texts = [name, id, ...addressesOf(port), mac_address, device_id].map((field) => textOf(field) ?? '')
    haystack = texts.join('\n').toLowerCase()
    haystacks.set(port, haystack)
  }
  return haystack.includes(needle)
}
