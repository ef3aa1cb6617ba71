/** A longer address would not fit into the cookie with the rest. */
const LONGEST = 2000

/**
 * Where to go after signing in: a path of the console, with query and fragment, or `/` for anything
 * else. So no link to our sign-in leads to a page of somebody else, or to a response of the API,
 * however it is spelled: the paths of the console's views begin with letters, digits and `-` only.
 */
export function ownPath(asked: unknown, origin: string): string {
  if (typeof asked !== 'string' || !asked.startsWith('/') || !URL.canParse(asked, origin)) return '/'
  const url = new URL(asked, origin)
  const path = url.pathname + url.search + url.hash
  // Parsed as a browser does, and the result once more: `//host` and `/\host` are other hosts.
  if (url.origin !== origin || !URL.canParse(path, origin) || new URL(path, origin).origin !== origin)
    return '/'
  const [, first = ''] = url.pathname.split('/')
  const isView = /^[\w-]*$/.test(first) && first !== 'api' && first !== 'sign-in'
  return isView && path.length <= LONGEST ? path : '/'
}
