import type { Pace } from '../bulk-changes-api.ts'

/** The most ports of wave `number`, which counts from 1. */
export function largestOfWave({ first, growth, largest_wave }: Pace, number: number): number {
  return number === 1 ? first : Math.min(largest_wave, first * growth ** (number - 1))
}

/** How many more waves it takes to begin `left` ports after wave `number`. */
export function wavesAfter(pace: Pace, number: number, left: number): number {
  let waves = 0
  for (let rest = left; rest > 0; waves++) rest -= largestOfWave(pace, number + waves + 1)
  return waves
}
