import { expect, test } from 'vitest'
import type { Pace } from '../bulk-changes-api.ts'
import { largestOfWave, wavesAfter } from './waves.ts'

const pace = (first: number, growth: number, largest_wave: number): Pace => ({
  ...{ first, growth, largest_wave },
  ...{ pause_seconds: null, stop_after: 1, ports_per_minute: null },
})

test('waves grow up to the largest', () => {
  const sizes = [1, 2, 3, 4, 5].map((number) => largestOfWave(pace(1, 5, 100), number))
  expect(sizes).toEqual([1, 5, 25, 100, 100])
})

test('the first wave is as large as was asked for, even above the largest', () => {
  expect(largestOfWave(pace(50, 2, 10), 1)).toBe(50)
  expect(largestOfWave(pace(50, 2, 10), 2)).toBe(10)
})

test('as many waves are left as it takes for all ports', () => {
  expect(wavesAfter(pace(1, 5, 100), 0, 131)).toBe(4)
  expect(wavesAfter(pace(1, 5, 100), 0, 132)).toBe(5)
  expect(wavesAfter(pace(1, 5, 100), 2, 26)).toBe(2)
  expect(wavesAfter(pace(1, 1, 1), 0, 10_000)).toBe(10_000)
  expect(wavesAfter(pace(1, 5, 100), 7, 0)).toBe(0)
})
