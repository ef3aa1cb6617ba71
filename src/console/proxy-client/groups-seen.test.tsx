import { beforeEach, expect, test } from 'vitest'
import { groupsSeen, keepGroupsSeen } from './groups-seen.ts'

const KEY = 'portside.groups-seen'

beforeEach(() => localStorage.clear())

test('the groups of a port are known again, as they were read last', () => {
  expect(groupsSeen('a')).toEqual([])
  keepGroupsSeen('a', ['1', '2'])
  keepGroupsSeen('b', ['3'])
  keepGroupsSeen('a', ['2', '1'])
  expect(groupsSeen('a')).toEqual(['2', '1'])
  expect(groupsSeen('b')).toEqual(['3'])
})

test('the ports that were read last are kept, 30 of them', () => {
  for (let n = 0; n < 40; n++) keepGroupsSeen(`port ${n}`, ['1'])
  expect(groupsSeen('port 9')).toEqual([])
  expect(groupsSeen('port 10')).toEqual(['1'])
  expect(groupsSeen('port 39')).toEqual(['1'])
})

test('a port with more than 20 groups is not kept', () => {
  keepGroupsSeen('a', ['1'])
  keepGroupsSeen(
    'a',
    Array.from({ length: 21 }, (_, n) => `${n}`),
  )
  expect(groupsSeen('a')).toEqual([])
})

test.each([
  '',
  'null',
  '{}',
  '[["a"]]',
  '[["a", [1]]]',
  '[["a", "1"]]',
  `[["a", [${'"1",'.repeat(30)}"1"]]]`,
])('what else stands in the storage is passed over: %s', (text) => {
  localStorage.setItem(KEY, text)
  expect(groupsSeen('a')).toEqual([])
  keepGroupsSeen('a', ['2'])
  expect(groupsSeen('a')).toEqual(['2'])
})
