import { isIP } from 'node:net'

/**
 * True for the names and addresses of this machine itself, in the form of a URL's host name or of a
 * listen address.
 */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** The host name of a listen address in URLs on this machine. */
export function addressName(listenHost: string): string {
  if (listenHost === '0.0.0.0' || listenHost === '::') return '127.0.0.1'
  return listenHost.includes(':') ? `[${listenHost}]` : listenHost
}

/**
 * The name in a Host header, without the port and in lower case; undefined when none can be read.
 */
export function hostName(host: string | undefined): string | undefined {
  const address = `http://${host ?? ''}`
  return host !== undefined && /^[\w.:[\]-]+$/.test(host) && URL.canParse(address)
    ? new URL(address).hostname
    : undefined
}

/** True when a URL's host name is an IP address: no name service can have led a browser to it. */
export function isAddress(name: string): boolean {
  return isIP(name.replace(/^\[|\]$/g, '')) !== 0
}
