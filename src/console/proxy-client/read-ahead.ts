import { addressOf, headersOf, type Read } from './first-reads.ts'

/** A response that is used so long after it was asked for is no news: it is read again. */
const LONGEST_WAIT_MS = 10_000

/** A read that is out before somebody wants it. */
type Ahead = { response: Promise<Response>; abort: AbortController; askedAt: number }

declare global {
  /**
   * What the script in the head has asked for, by address; only that script and this file use it.
   */
  var portsideAhead: Map<string, Ahead> | undefined
}

/** Asks for something that the page's code will want. @returns the response, to be read by one */
export function readAhead(read: Read): Promise<Response> {
  const abort = new AbortController()
  const response = wholeResponse(
    fetch(addressOf(read), { headers: headersOf(read), credentials: 'same-origin', signal: abort.signal }),
  )
  // Whoever takes it gets its failure.
  response.catch(() => {})
  globalThis.portsideAhead ??= new Map()
  globalThis.portsideAhead.set(keyOf(read), { response, abort, askedAt: performance.now() })
  return response
}

/** Its body is here: one that nobody reads would keep its connection busy. */
async function wholeResponse(asked: Promise<Response>): Promise<Response> {
  const response = await asked
  return new Response(await response.text(), response)
}

/**
 * The response of a read that was asked for ahead, once; undefined when it was not, or too long
 * ago, or when there was no response: then it is to be read now.
 * @param signal gives it up
 */
export async function takeAhead(read: Read, signal: AbortSignal): Promise<Response | undefined> {
  const key = keyOf(read)
  const found = globalThis.portsideAhead?.get(key)
  if (found === undefined) return undefined
  globalThis.portsideAhead?.delete(key)
  const { response, abort, askedAt } = found
  if (performance.now() - askedAt > LONGEST_WAIT_MS) {
    abort.abort()
    return undefined
  }
  signal.addEventListener('abort', () => abort.abort())
  return response.catch(() => undefined)
}

const keyOf = (read: Read) => `${read.maxAge ?? 'new'} ${addressOf(read)}`
