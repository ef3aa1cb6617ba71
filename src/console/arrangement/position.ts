/**
 * Reads a typed position, where 1 is the top, into one that counts from 0.
 * @param count how many positions there are
 * @returns the position, or what to type instead
 */
export function readPosition(text: string, count: number): number | { problem: string } {
  const trimmed = text.trim()
  if (!/^\d+$/.test(trimmed)) return { problem: `Type a number from 1 to ${count}` }
  const position = Number(trimmed)
  if (position < 1 || position > count)
    return { problem: `There is no position ${trimmed}: type 1 to ${count}` }
  return position - 1
}
