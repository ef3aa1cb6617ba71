import { describe, expect, it } from 'vitest'
import { rowsToDraw } from './rows-to-draw.ts'

/** First and last of the rows drawn, with those from 100 to 120 in sight. */
function drawn(direction: 'forward' | 'backward' | null, drawnFrom: number): (number | undefined)[] {
  const rows = rowsToDraw({ startIndex: 100, endIndex: 120, count: 1000 }, direction, drawnFrom)
  expect(rows).toHaveLength(rows.at(-1)! - rows[0]! + 1)
  return [rows[0], rows.at(-1)]
}

describe('the rows to draw', () => {
  it('are those in sight and ten around, at rest', () => {
    expect(drawn(null, 90)).toEqual([90, 130])
  })

  it('are fewer behind the way of the scrolling', () => {
    expect(drawn('forward', 90)).toEqual([96, 130])
    expect(drawn('backward', 110)).toEqual([90, 124])
  })

  it('are those in sight alone after a jump, until the scrolling rests', () => {
    expect(drawn('forward', 10)).toEqual([100, 120])
    expect(drawn('backward', 400)).toEqual([100, 120])
    expect(drawn(null, 10)).toEqual([90, 130])
  })

  it('end with the list', () => {
    expect(rowsToDraw({ startIndex: 0, endIndex: 3, count: 5 }, null, 0)).toEqual([0, 1, 2, 3, 4])
    expect(rowsToDraw({ startIndex: 0, endIndex: 0, count: 0 }, null, 0)).toEqual([])
  })
})
