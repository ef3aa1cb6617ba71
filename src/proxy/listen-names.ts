import { isIP } from 'node:net'

/**
 * True for the names and addresses of this machine itself, as a URL's host name or a listen address
 * has them.
 */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** The host name that a listen address has in URLs on this machine. */
export function addressName(listenHost: string): string {
  if (listenHost === '0.0.0.0' || listenHost === '::') return '127.0.0.1'
  return listenHost.includes(':') ? `[${listenHost}]` : listenHost
}

/**
 * The name in a Host header, without the port and in small letters; undefined when it has none that
 * can be read.
 */
export function hostName(host: string | undefined): string | undefined {
  const address = `http://${host ?? ''}`
  return host !== undefined && /^[\w.:[\]-]+$/.test(host) && URL.canParse(address)
    ? new URL(address).hostname
    : undefined
}

/** Whether the name of a URL is an IP address: no name service can have led anybody to it. */
export function isAddress(name: string): boolean {
  return isIP(name.replace(/^\[|\]$/g, '')) !== 0
}
