import { describe, expect, test } from 'vitest'
import type { Port } from '../port.ts'
import { MOST_MEMBERS, MOST_REMOTE_GROUPS, readMembers } from './members.ts'
import { remoteGroupIds } from './remote-group-ids.ts'

const port = (n: number, more: Partial<Port> = {}): Port => ({
  id: `port-${n}`,
  security_groups: ['db'],
  private_ips: [{ ip_address: `10.0.${Math.floor(n / 256)}.${n % 256}` }],
  ...more,
})
const ports = (from: number, count: number) => Array.from({ length: count }, (_, n) => port(from + n))

/** Pages of ports; the marker is the number of the next page. */
const paged =
  (...pages: Port[][]) =>
  async (_: readonly string[], marker: string | undefined) => {
    const at = Number(marker ?? 0)
    return {
      ports: pages[at]!,
      page_info: { next_marker: at + 1 < pages.length ? String(at + 1) : undefined },
    }
  }

/** The members of one group. */
const membersOf = async (page: Parameters<typeof readMembers>[1]) =>
  (await readMembers(['db'], page)).get('db')

describe('the members of a group', () => {
  test('are the addresses of all its ports, of every page, each once', async () => {
    const two = port(1, { private_ips: [{ ip_address: '10.0.0.1' }, { ip_address: 'fd00::1' }] })
    expect(await membersOf(paged([port(0)], [port(1)], [two]))).toEqual({
      addresses: ['10.0.0.0', '10.0.0.1', 'fd00::1'],
      ports: 3,
    })
  })

  test('are none when no port has it', async () => {
    expect(await membersOf(paged([]))).toEqual({ addresses: [], ports: 0 })
  })

  test(`of up to ${MOST_MEMBERS} ports are read; of more it is not said`, async () => {
    const most = await membersOf(paged(ports(0, MOST_MEMBERS)))
    expect(most).toHaveProperty('addresses.length', MOST_MEMBERS)
    expect(await membersOf(paged(ports(0, MOST_MEMBERS), [port(MOST_MEMBERS)]))).toEqual({
      unresolved: 'more than 2000 ports have it',
    })
  })

  test.each([
    ['may send with other addresses', { allowed_address_pairs: [{ ip_address: '1.1.1.1/0' }] }, 'pairs'],
    ['lists no addresses', { private_ips: null }, 'lists no addresses'],
    ['has an address that is missing', { private_ips: [{ ip_address: null }] }, 'is missing'],
  ])('are not guessed when a port %s', async (_, more, why) => {
    expect(await membersOf(paged([port(0), port(1, more)]))).toEqual({
      unresolved: expect.stringContaining(why),
    })
  })

  test('are not guessed when the pages go round in circles', async () => {
    const circle = [port(0)]
    expect(await membersOf(async () => ({ ports: circle, page_info: { next_marker: 'again' } }))).toEqual({
      unresolved: 'its ports could not be read to the end',
    })
  })
})

const of = (n: number, ...security_groups: string[]) => port(n, { security_groups })
/** A platform that finds ports with any of the groups; notes what it was asked for. */
function platform(
  all: Port[],
  finds = (has: string[], asked: readonly string[]) => asked.some((id) => has.includes(id)),
) {
  const calls: string[][] = []
  const page = async (asked: readonly string[]) => {
    calls.push([...asked])
    return { ports: all.filter((one) => finds(one.security_groups, asked)), page_info: {} }
  }
  return { calls, page }
}
const addresses = (...ns: number[]) => ({ addresses: ns.map((n) => `10.0.0.${n}`), ports: ns.length })

describe('the members of several groups', () => {
  test('are read in one call', async () => {
    const { calls, page } = platform([of(0, 'a'), of(1, 'b', 'a'), of(2, 'b'), of(3, 'other')])
    const members = await readMembers(['a', 'b', 'none'], page)
    expect([...members]).toEqual([
      ['a', addresses(0, 1)],
      ['b', addresses(1, 2)],
      ['none', addresses()],
    ])
    expect(calls).toEqual([['a', 'b', 'none']])
  })

  test.each([
    ['wants all of them', (has: string[], asked: readonly string[]) => asked.every((id) => has.includes(id))],
    ['takes the last one only', (has: string[], asked: readonly string[]) => has.includes(asked.at(-1)!)],
  ])('are right where the filter %s', async (_, finds) => {
    const { page } = platform([of(0, 'a'), of(1, 'b', 'a'), of(2, 'b')], finds)
    expect([...(await readMembers(['a', 'b'], page))]).toEqual([
      ['a', addresses(0, 1)],
      ['b', addresses(1, 2)],
    ])
  })

  test('one with too many ports leaves the others known', async () => {
    const many = ports(0, MOST_MEMBERS + 1)
    const { calls, page } = platform([...many, of(0, 'a'), of(1, 'b')])
    const members = await readMembers(['a', 'db', 'b'], page)
    expect(members.get('db')).toEqual({ unresolved: 'more than 2000 ports have it' })
    expect([members.get('a'), members.get('b')]).toEqual([addresses(0), addresses(1)])
    expect(calls).toEqual([
      ['a', 'db', 'b'],
      ['a', 'b'],
    ])
  })

  test('are no more groups, and no more pages, than a question may cost', async () => {
    const ids = Array.from({ length: MOST_REMOTE_GROUPS + 5 }, (_, n) => `group-${n}`)
    const { calls, page } = platform([of(0, ids[0]!), of(1, ids[1]!)])
    const members = await readMembers(ids, page)
    expect(calls).toEqual([ids.slice(0, MOST_REMOTE_GROUPS)])
    expect(members.get(ids[2]!)).toEqual(addresses())
    expect(members.get(ids.at(-1)!)).toHaveProperty('unresolved')

    let pages = 0
    const endless = await readMembers(['a', 'b'], async () => ({
      ports: [],
      page_info: { next_marker: String(pages++) },
    }))
    expect(pages).toBe(10)
    expect(endless.get('a')).toEqual({ unresolved: 'more than 10 pages of ports would be read' })
  })
})

test('the groups that rules name as remotes, each once; disabled rules take no part', () => {
  const rule = { id: 'r', security_group_id: 'web', direction: 'ingress' }
  expect(
    remoteGroupIds([
      { ...rule, remote_group_id: 'db' },
      { ...rule, remote_ip_prefix: '10.0.0.0/8' },
      { ...rule, remote_group_id: 'off', enabled: false },
      { ...rule, remote_group_id: 'db' },
    ]),
  ).toEqual(['db'])
})
