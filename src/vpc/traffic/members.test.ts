import { describe, expect, test } from 'vitest'
import type { Port } from '../port.ts'
import { membersOfGroups, MOST_MEMBERS, MOST_REMOTE_GROUPS, readMembers } from './members.ts'
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
  async (marker: string | undefined) => {
    const at = Number(marker ?? 0)
    return {
      ports: pages[at]!,
      page_info: { next_marker: at + 1 < pages.length ? String(at + 1) : undefined },
    }
  }

describe('the members of a group', () => {
  test('are the addresses of all its ports, of every page, each once', async () => {
    const two = port(1, { private_ips: [{ ip_address: '10.0.0.1' }, { ip_address: 'fd00::1' }] })
    expect(await readMembers(paged([port(0)], [port(1)], [two]))).toEqual({
      addresses: ['10.0.0.0', '10.0.0.1', 'fd00::1'],
      ports: 3,
    })
  })

  test('are none when no port has it', async () => {
    expect(await readMembers(paged([]))).toEqual({ addresses: [], ports: 0 })
  })

  test(`of up to ${MOST_MEMBERS} ports are read; of more it is not said`, async () => {
    const most = await readMembers(paged(ports(0, MOST_MEMBERS)))
    expect(most).toHaveProperty('addresses.length', MOST_MEMBERS)
    expect(await readMembers(paged(ports(0, MOST_MEMBERS), [port(MOST_MEMBERS)]))).toEqual({
      unresolved: 'more than 2000 ports have it',
    })
  })

  test.each([
    ['may send with other addresses', { allowed_address_pairs: [{ ip_address: '1.1.1.1/0' }] }, 'pairs'],
    ['lists no addresses', { private_ips: null }, 'lists no addresses'],
    ['has an address that is missing', { private_ips: [{ ip_address: null }] }, 'is missing'],
  ])('are not guessed when a port %s', async (_, more, why) => {
    expect(await readMembers(paged([port(0), port(1, more)]))).toEqual({
      unresolved: expect.stringContaining(why),
    })
  })

  test('are not guessed when the pages go round in circles', async () => {
    const circle = [port(0)]
    expect(await readMembers(async () => ({ ports: circle, page_info: { next_marker: 'again' } }))).toEqual({
      unresolved: 'its ports could not be read to the end',
    })
  })
})

test('groups are read a few at a time, and no more than a question may cost', async () => {
  const ids = Array.from({ length: MOST_REMOTE_GROUPS + 5 }, (_, n) => `group-${n}`)
  let running = 0
  let most = 0
  const asked: string[] = []
  const members = await membersOfGroups(ids, async (id) => {
    asked.push(id)
    most = Math.max(most, ++running)
    await Promise.resolve()
    running--
    return { addresses: [] }
  })
  expect(asked).toEqual(ids.slice(0, MOST_REMOTE_GROUPS))
  expect(most).toBe(3)
  expect(members.get(ids[0]!)).toEqual({ addresses: [] })
  expect(members.get(ids.at(-1)!)).toHaveProperty('unresolved')
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
