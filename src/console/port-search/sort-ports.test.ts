import { expect, test } from 'vitest'
import type { Port } from '../../vpc/port.ts'
import { nextSort, sortedPorts, type PortSort } from './sort-ports.ts'

const PORTS = [
  { id: 'b', name: 'web-10', status: 'DOWN', updated_at: '2026-01-02T00:00:00Z', security_groups: ['x'] },
  { id: 'c', name: null, status: null, updated_at: 'never', security_groups: [] },
  {
    id: 'a',
    name: 'Web-2',
    status: 'ACTIVE',
    updated_at: '2026-01-03T00:00:00',
    security_groups: ['x', 'y'],
  },
] as Port[]

test.each([
  ['name', 'abc'],
  ['-name', 'bac'],
  ['status', 'abc'],
  ['-updated', 'abc'],
  ['updated', 'bac'],
  ['-groups', 'abc'],
  ['groups', 'cba'],
  [undefined, 'bca'],
] as const)('sorted by %s, what has nothing to sort by is last', (sort, order) => {
  const ids = sortedPorts(PORTS, sort).map(({ id }) => id)
  expect(ids.join('')).toBe(order)
})

test('a click on a head sorts one way, then the other, then not at all', () => {
  const clicks: (PortSort | undefined)[] = [nextSort('name', 'updated')]
  for (let n = 0; n < 3; n++) clicks.push(nextSort(clicks.at(-1), 'updated'))
  expect(clicks).toEqual(['-updated', 'updated', undefined, '-updated'])
})
