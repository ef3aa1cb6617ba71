import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rowsToDraw } from './rows-to-draw.ts'

const rows = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => ({
    index: from + n,
    key: from + n,
    start: (from + n) * 40,
    end: (from + n + 1) * 40,
  }))
const indexes = (items: readonly { index: number }[]) => items.map(({ index }) => index)

describe('which rows are drawn', () => {
  it('those that are, while they are all that is in sight', () => {
    const drawn = rows(0, 28)
    expect(rowsToDraw(rows(0, 34), drawn, { startIndex: 6, endIndex: 28 })).toBe(drawn)
  })

  it('what came into sight, beside those that are', () => {
    expect(indexes(rowsToDraw(rows(4, 38), rows(0, 28), { startIndex: 10, endIndex: 32 }))).toEqual(
      indexes(rows(4, 32)),
    )
  })

  it('after a jump, what is in sight alone', () => {
    expect(indexes(rowsToDraw(rows(494, 528), rows(0, 28), { startIndex: 500, endIndex: 522 }))).toEqual(
      indexes(rows(500, 522)),
    )
  })

  it('all that is in sight, with no gap, whatever was drawn', () => {
    const place = fc.nat(60)
    const length = fc.integer({ min: 0, max: 30 })
    fc.assert(
      fc.property(place, length, place, length, fc.nat(8), (start, seen, first, drawn, around) => {
        const sight = { startIndex: start, endIndex: start + seen }
        const wanted = rows(Math.max(0, start - around), sight.endIndex + around)
        const shown = indexes(rowsToDraw(wanted, rows(first, first + drawn - 1), sight))
        expect(shown).toEqual(indexes(rows(shown[0]!, shown.at(-1)!)))
        expect(shown).toEqual(expect.arrayContaining(indexes(rows(sight.startIndex, sight.endIndex))))
      }),
    )
  })
})
