/** A longer address would not fit a cookie beside what else is in it. */
const LONGEST = 2000

/**
 * Where to go after signing in: a path of the console's own, with query and fragment, or `/` for
 * anything else. So nobody can make a link to our sign-in that leads to their page, or to an answer
 * of the API, however it is spelled: no view of the console begins with anything but letters,
 * digits and `-`.
 */
export function ownPath(asked: unknown, origin: string): string {
  if (typeof asked !== 'string' || !asked.startsWith('/') || !URL.canParse(asked, origin)) return '/'
  const url = new URL(asked, origin)
  const path = url.pathname + url.search + url.hash
  // Read as a browser reads it, and then once more: `//host` and `/\host` are other hosts.
  if (url.origin !== origin || !URL.canParse(path, origin) || new URL(path, origin).origin !== origin)
    return '/'
  const [, first = ''] = url.pathname.split('/')
  const isView = /^[\w-]*$/.test(first) && first !== 'api' && first !== 'sign-in'
  return isView && path.length <= LONGEST ? path : '/'
}
