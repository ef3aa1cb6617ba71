import type { QueryClient, QueryKey } from '@tanstack/react-query'

// The proxy's responses, each ordered against every other: an older response never replaces a
// newer one.

/** When something was asked for, and when it came, on a clock that counts these events. */
export type Times = {
  asked: number
  came: number
  /** When the proxy asked the platform for it, in milliseconds of the proxy's clock. */
  askedByProxy?: number
}

let clock = 0
const noted = new WeakMap<object, Times>()
const askedByProxy = new WeakMap<object, number>()

/** The clocks of proxies that share a database differ by less than this. */
const CLOCKS_APART_MS = 2_000

/** Makes a call, and notes when it was asked for and when its response came. */
export async function timed<T extends object>(call: () => Promise<T>): Promise<T> {
  const asked = ++clock
  const response = await call()
  const byProxy = askedByProxy.get(response)
  return noteTimes(response, {
    ...fromNowOn(asked),
    ...(byProxy !== undefined && { askedByProxy: byProxy }),
  })
}

/** Notes when the proxy asked the platform for what this response says, as an ISO time. */
export function noteAskedAt(response: object, isoTime: string): void {
  const milliseconds = Date.parse(isoTime)
  if (!Number.isNaN(milliseconds)) askedByProxy.set(response, milliseconds)
}

/**
 * True when the proxies' times say that `one` was asked for after `isoTime`: so also of a response
 * that came to this page at the same time as another.
 */
export function wasAskedAfter(one: Times | undefined, isoTime: string | undefined): boolean {
  return (one?.askedByProxy ?? -Infinity) - Date.parse(isoTime ?? '') > CLOCKS_APART_MS
}

/** The times of a response; undefined for one that nobody noted any for. */
export function timesOf(response: object): Times | undefined {
  return noted.get(response)
}

/** Notes the times of a response, or of a part of one. @returns the response */
export function noteTimes<T extends object>(response: T, times: Times | undefined): T {
  if (times) noted.set(response, times)
  return response
}

/** The times of something that became true after `asked`, and came now. */
export function fromNowOn(asked: number): Times {
  return { asked, came: ++clock }
}

/**
 * True when `one` is certain to be later than `other`: it was asked for when that one had come
 * already.
 */
export function isLater(one: Times | undefined, other: Times | undefined): boolean {
  return (one?.asked ?? Infinity) > (other?.came ?? -1)
}

/**
 * Has queries read anew once they are looked at, or now if they are. A read that is out was asked
 * for before whatever makes this necessary: it is given up.
 */
export function outdate(client: QueryClient, queryKey: QueryKey): void {
  void client.cancelQueries({ queryKey })
  void client.invalidateQueries({ queryKey })
}
