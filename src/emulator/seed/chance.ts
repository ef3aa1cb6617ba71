import { createHash } from 'node:crypto'

/** A UUID that the same words always give, in the form of version 4. */
export function uuidOf(...words: (string | number)[]): string {
  const hex = createHash('sha256').update(words.join('/')).digest('hex')
  const variant = '89ab'[parseInt(hex.charAt(16), 16) % 4]
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}

/** Numbers from 0 to below 1 in an order that the seed fixes (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** One of the items, by chance. */
export function oneOf<T>(items: readonly T[], next: () => number): T {
  return items[Math.floor(next() * items.length)] as T
}

/**
 * A time in the form of the reference's example, `hours` after the first working day of the
 * estate.
 */
export function timeAt(hours: number): string {
  return new Date(Date.UTC(2023, 4, 10, 1, 35, 2) + hours * 3_600_000).toISOString().replace('Z', '+00:00')
}
