import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeysAtMost } from './keys-at-most.ts'

describe('keys that are at most a number', () => {
  it('are all named, and few others', () => {
    const key = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -(2 ** 24), max: 2 ** 24 }))
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 600 }), key, (keys, value) => {
        const atMost = new KeysAtMost(Int32Array.from(keys))
        const row = atMost.row(value)
        const named = keys.filter((_, n) => atMost.bits[row + (n >> 5)]! & (1 << (n & 31)))
        const wanted = keys.filter((one) => one <= value)
        expect(named.filter((one) => one <= value)).toEqual(wanted)
        // Those in vain are all in one bin, but for equal ones.
        expect(new Set(named).size).toBeLessThanOrEqual(new Set(wanted).size + 32)
      }),
    )
  })

  it('are none of none', () => {
    expect(new KeysAtMost(new Int32Array()).row(7)).toBe(0)
  })
})
