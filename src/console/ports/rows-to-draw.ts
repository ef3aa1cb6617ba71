import type { Range } from '@tanstack/react-virtual'

/** So many rows are drawn beyond those in sight; behind the way of the scrolling, fewer. */
const AHEAD = 10
const BEHIND = 4
/** After a jump of so many rows, only those in sight are drawn until the scrolling rests. */
const JUMP = 25

/**
 * The indexes of the rows to draw.
 * @param drawnFrom the first row that is drawn now
 */
export function rowsToDraw(
  { startIndex, endIndex, count }: Pick<Range, 'startIndex' | 'endIndex' | 'count'>,
  direction: 'forward' | 'backward' | null,
  drawnFrom: number,
): number[] {
  const jumped = direction !== null && Math.abs(startIndex - drawnFrom) > JUMP
  const above = jumped ? 0 : direction === 'forward' ? BEHIND : AHEAD
  const below = jumped ? 0 : direction === 'backward' ? BEHIND : AHEAD
  const first = Math.max(0, startIndex - above)
  const last = Math.min(count - 1, endIndex + below)
  return Array.from({ length: last - first + 1 }, (_, n) => first + n)
}
