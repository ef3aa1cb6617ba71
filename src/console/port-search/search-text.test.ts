import { describe, expect, test } from 'vitest'
import { networkMatcher } from './network-search.ts'
import { exactSearch, looksLikeNetwork, portMatches } from './search-text.ts'

describe('exactSearch', () => {
  test('asks for a UUID as port ID, then as device ID, in lower case', () => {
    expect(exactSearch('  99FD0C77-56b4-4bf6-8365-df352e45d5fc ')?.tries).toEqual([
      { id: ['99fd0c77-56b4-4bf6-8365-df352e45d5fc'] },
      { device_id: ['99fd0c77-56b4-4bf6-8365-df352e45d5fc'] },
    ])
  })

  test('asks for a whole IPv4 address', () => {
    expect(exactSearch('192.168.158.228')?.tries).toEqual([{ private_ips: ['192.168.158.228'] }])
  })

  test('asks for an IPv6 address as typed and in its shortest form', () => {
    expect(exactSearch('2407:C080:1200:1DD0:0:0:0:5')?.tries).toEqual([
      { private_ips: ['2407:c080:1200:1dd0::5', '2407:c080:1200:1dd0:0:0:0:5'] },
    ])
    expect(exactSearch('fe80::1')?.tries).toEqual([{ private_ips: ['fe80::1'] }])
  })

  test('asks for a whole MAC address, with colons', () => {
    expect(exactSearch('FA-16-3E-1F-17-DF')?.tries).toEqual([{ mac_address: ['fa:16:3e:1f:17:df'] }])
  })

  test.each([
    '',
    'web',
    '192.168.158',
    '192.168.158.256',
    '10.0.0.0/8',
    '99fd0c77',
    'fa:16:3e',
    'a:b',
    '::g',
    '1:2:3:4:5:6:7:8:9',
  ])('takes %j for a text', (text) => {
    expect(exactSearch(text)).toBeUndefined()
  })
})

describe('matches', () => {
  const port = {
    id: '99fd0c77-56b4-4bf6-8365-df352e45d5fc',
    name: 'Shop-Prod-Web-01',
    security_groups: ['567be4e3-d171-46ce-9e8a-c15e91cfe86a'],
    private_ips: [{ ip_address: '10.20.1.11' }, { ip_address: '2407:c080::5' }],
    mac_address: 'fa:16:3e:1f:17:df',
    device_id: null,
  }

  test.each(['prod-web', '99fd0c77', '10.20.1', 'c080::5', '3e:1f'])('finds %s', (needle) => {
    expect(portMatches(port, needle)).toBe(true)
  })

  test.each(['567be4e3', 'web-02', 'null', '11 2407'])('does not find %s', (needle) => {
    expect(portMatches(port, needle)).toBe(false)
  })

  test.each([
    ['10.20.1.0/24', true],
    ['10.20.1.200/24', true],
    ['10.20.1.11/32 ', true],
    ['0.0.0.0/0', true],
    ['2407:c080::/32', true],
    ['::/0', true],
    ['10.20.2.0/24', false],
    ['10.20.1.10/32', false],
    ['2407:c081::/32', false],
    ['10.20.1.0/33', undefined],
    ['1.2/8', undefined],
  ] as const)('in the network %s: %s', (text, found) => {
    expect(looksLikeNetwork(text)).toBe(true)
    expect(networkMatcher(text)?.(port)).toBe(found)
  })

  test.each(['web/1a', '10.20.1.0/', 'a/b/c'])('%s is no network', (text) => {
    expect(looksLikeNetwork(text)).toBe(false)
  })
})
