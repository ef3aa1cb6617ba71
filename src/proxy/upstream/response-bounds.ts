/** How large a response may be: its bytes, and the values in its JSON. */
export type ResponseBounds = { bytes: number; values: number }

/** A response about one thing: a port, a security group with its rules, or an error. */
export const ONE_THING: ResponseBounds = { bytes: 1024 * 1024, values: 50_000 }
/** A page of a list: 2,000 ports with 100 groups each have 14 MB and 700,000 values. */
export const ONE_PAGE: ResponseBounds = { bytes: 32 * 1024 * 1024, values: 1_000_000 }

/** The documented objects are 4 levels deep; `binding:profile` and its like may hold anything. */
const DEEPEST = 64
/** The largest page has 2,000 entries (src/vpc/requests.ts). */
const MOST_ENTRIES = 5000

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c

/**
 * Why a JSON text is too large to be parsed, checked, kept and shown; undefined when it is not.
 * Deep nesting overflows the stack of code that walks through it, and the database's. Many entries
 * take long to be refused one by one. Reads the text once; whether it is JSON, the parser finds
 * out.
 */
export function outOfBounds(json: Uint8Array, { values: most }: ResponseBounds): string | undefined {
  const entries = new Uint32Array(DEEPEST + 1)
  let depth = 0
  let values = 0
  for (let at = 0; at < json.length; at++)
    switch (json[at]) {
      case QUOTE:
        for (at++; at < json.length && json[at] !== QUOTE; at++) if (json[at] === BACKSLASH) at++
        break
      case COMMA:
        if (++entries[depth]! >= MOST_ENTRIES)
          return `it has more than ${MOST_ENTRIES} entries in one list or object`
        if (++values >= most) return `it has more than ${most} values`
        break
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > DEEPEST) return `it is nested more than ${DEEPEST} levels deep`
        entries[depth] = 0
        if (++values >= most) return `it has more than ${most} values`
        break
      case 0x5d: // ]
      case 0x7d: // }
        if (depth > 0) depth--
        break
    }
  return undefined
}
