import { expect, test } from 'vitest'
import { compare, comparisonTable, keep, keptFigures, type KeptFigures } from './compare.ts'
import type { Figure } from './figures.ts'

const figure = (name: string, value: number, more: Partial<Figure> = {}): Figure => ({
  ...{ subject: 'proxy', name, unit: 'ms', values: [value, value * 0.9, value * 1.1] },
  ...more,
})
const kept = (name: string, medians: number[], more: Partial<Figure> = {}): KeptFigures => {
  const { subject, unit } = figure(name, 1, more)
  return { at: '2026-11-26', machine: 'a', figures: [{ subject, name, unit, medians }] }
}
const changeOf = (value: number, medians: number[], more?: Partial<Figure>) =>
  compare([figure('p50', value, more)], kept('p50', medians, more))[0]!.change

test('a figure is worse or better beyond its noise, which three runs say', () => {
  // The runs differ by 4, around 20.
  const medians = [18, 20, 22]
  expect(changeOf(24, medians)).toBe('same')
  expect(changeOf(24.1, medians)).toBe('worse')
  expect(changeOf(16, medians)).toBe('same')
  expect(changeOf(15.9, medians)).toBe('better')
})

test('a tenth is noise for every figure, and a third where fewer runs were kept', () => {
  expect(changeOf(21.9, [20, 20, 20])).toBe('same')
  expect(changeOf(22.1, [20, 20, 20])).toBe('worse')
  expect(changeOf(25.9, [20])).toBe('same')
  expect(changeOf(26.1, [20])).toBe('worse')
})

test('more is better where a goal or the unit says so', () => {
  const share = { unit: 'x', goal: { atLeast: 0.5 } } as const
  expect(changeOf(0.4, [0.5, 0.5, 0.5], share)).toBe('worse')
  expect(changeOf(0.6, [0.5, 0.5, 0.5], share)).toBe('better')
  expect(changeOf(800, [1000, 1000, 1000], { unit: '/s' })).toBe('worse')
  expect(changeOf(800, [1000, 1000, 1000], { unit: 'kB' })).toBe('better')
  expect(changeOf(0.6, [0.5, 0.5, 0.5], { unit: 'x', goal: { below: 1 } })).toBe('worse')
})

test('what was not kept is new, and what could not be measured is worse', () => {
  expect(compare([figure('p50', 1)], undefined)[0]!.change).toBe('new')
  expect(compare([figure('p99', 1)], kept('p50', [1]))[0]!.change).toBe('new')
  expect(changeOf(1, [1, 1, 1], { values: [] })).toBe('worse')
})

test('the last three runs of a machine are kept; other subjects stay', () => {
  const others = { subject: 'history', name: 'newest', unit: 'ms', medians: [7] }
  let now: KeptFigures = { ...kept('gone', [1]), figures: [others, ...kept('gone', [1]).figures] }
  for (const value of [1, 2, 3, 4]) now = keep([figure('p50', value)], now, 'a', 'today')
  expect(now).toEqual({
    at: 'today',
    machine: 'a',
    figures: [others, { subject: 'proxy', name: 'p50', unit: 'ms', medians: [2, 3, 4] }],
  })
  expect(keep([figure('p50', 9)], now, 'another', 'later').figures).toEqual([
    { subject: 'proxy', name: 'p50', unit: 'ms', medians: [9] },
  ])
})

test('what could not be measured is not kept, and what was kept of it stays', () => {
  const none = { values: [] }
  const before = kept('p50', [1, 2])
  const now = keep([figure('p50', 1, none), figure('p99', 1, none)], before, 'a', 'today')
  expect(now.figures).toEqual(before.figures)
  expect(keptFigures.parse(JSON.parse(JSON.stringify(now)))).toEqual(now)
})

test('the table has before, now and a mark', () => {
  const compared = compare([figure('p50', 30), figure('p99', 5)], kept('p50', [19, 20, 21]))
  expect(comparisonTable(compared).split('\n').slice(2)).toEqual([
    'proxy    p50      20 ms    ± 2 ms  30 ms  WORSE',
    'proxy    p99                        5 ms  new',
  ])
})
