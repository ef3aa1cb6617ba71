/** True for the names and addresses of this machine itself, as a URL's host name or a listen address has them. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** The host name that a listen address has in URLs on this machine. */
export function addressName(listenHost: string): string {
  if (listenHost === '0.0.0.0' || listenHost === '::') return '127.0.0.1'
  return listenHost.includes(':') ? `[${listenHost}]` : listenHost
}
