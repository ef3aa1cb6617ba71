/** True when the proxy serves the console: a page that is loaded now is this one. */
export function isReachable(): Promise<boolean> {
  return fetch('/', { cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  )
}
