import { expect, test } from 'vitest'
import { filtersOf, readPortsSearch } from './ports-search.ts'

const GROUP = '567be4e3-d171-46ce-9e8a-c15e91cfe86a'

test('what does not fit is dropped, the rest stays', () => {
  expect(
    readPortsSearch({
      q: 'web',
      status: ['ACTIVE', 'DOWN'],
      owner: ' ',
      group: ` ${GROUP.toUpperCase()} `,
      vpc: 'nope',
      security: 'maybe',
      sort: 'colour',
      foreign: '1',
    }),
  ).toEqual({ q: 'web', group: GROUP })
  expect(readPortsSearch({ sort: '-updated' })).toEqual({ sort: '-updated' })
})

test('filters go to the server under the platform’s names; the search box does not', () => {
  expect(
    filtersOf({
      q: 'web',
      status: 'DOWN',
      owner: 'compute:az1',
      group: GROUP,
      vpc: GROUP,
      subnet: GROUP,
      security: 'off',
    }),
  ).toEqual({
    status: ['DOWN'],
    device_owner: ['compute:az1'],
    security_groups: [GROUP],
    vpc_id: [GROUP],
    virsubnet_id: [GROUP],
    port_security_enabled: false,
  })
  expect(filtersOf({ q: 'web' })).toEqual({})
})
