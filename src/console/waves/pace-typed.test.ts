import { expect, test } from 'vitest'
import { paceWords, timeLeftWords, wavesWords } from './bulk-words.ts'
import { CAREFUL, readPace } from './pace-typed.ts'

test('a pace is read as it is typed, and each field that is wrong says why', () => {
  expect(readPace(CAREFUL).pace).toEqual({
    ...{ first: 1, growth: 5, largest_wave: 100, stop_after: 1 },
    ...{ pause_seconds: null, ports_per_minute: null },
  })
  const { pace, problems } = readPace({
    ...CAREFUL,
    ...{ first: '0', growth: '1e3', largest_wave: '5000', between: 'pause', pause_seconds: '' },
  })
  expect(pace).toBeUndefined()
  expect(problems).toEqual({
    first: 'It must be 1 or more.',
    growth: 'It must be a whole number.',
    largest_wave: 'It must be at most 1000.',
    pause_seconds: 'It must be a whole number.',
  })
})

test('waves, pauses and the time left are said in words', () => {
  const { pace } = readPace(CAREFUL)
  expect(wavesWords(pace!, 40)).toBe('4 waves: 1, 5, 25 and 9 ports')
  expect(wavesWords(pace!, 1)).toBe('one wave: 1 port')
  expect(wavesWords({ ...pace!, first: 100 }, 40)).toBe('one wave: all 40 ports')
  expect(wavesWords(pace!, 10_000)).toBe('103 waves: 1, 5, 25, 100, 100 … ports')
  expect(paceWords({ ...pace!, pause_seconds: 120, stop_after: 3 }).slice(0, 2)).toEqual([
    'The next wave begins by itself, 2 minutes after the one before.',
    'It stops after 3 failures.',
  ])
  expect([30, 61, 7300, null].map(timeLeftWords)).toEqual([
    'less than a minute left',
    'about 2 min left',
    'about 2 h left',
    undefined,
  ])
})
