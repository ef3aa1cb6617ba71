import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AddressGroup } from '../address-group.ts'
import type { SecurityGroupRule } from '../security-group.ts'
import { UNREADABLE } from '../unreadable-marks.ts'
import { readAddressGroups } from './address-groups.ts'
import { readEntry } from './addresses.ts'
import { MOST_REMOTE_GROUPS } from './members.ts'
import { effectiveRules, RuleBook, verdict, type Packet } from './index.ts'

const rule = (id: string, fields: Partial<SecurityGroupRule>): SecurityGroupRule => ({
  id,
  security_group_id: 'g',
  direction: 'ingress',
  protocol: 'tcp',
  ...fields,
})

const refused = async () => Promise.reject(new Error('no'))
const unforeseen = (error: unknown) => {
  throw error
}
const of = (...address_groups: AddressGroup[]) =>
  readAddressGroups(['a', 'b'], async () => ({ address_groups }), unforeseen)

describe('the entries of address groups', () => {
  test('are those of ip_set, with the name of the group', async () => {
    const read = await of({ id: 'a', name: 'offices', ip_set: ['10.0.0.0/8', '192.0.2.1-192.0.2.9'] })
    expect([...read]).toEqual([
      ['a', { name: 'offices', addresses: ['10.0.0.0/8', '192.0.2.1-192.0.2.9'] }],
      ['b', { unresolved: 'the platform does not show it' }],
    ])
  })

  test('are those of ip_extra_set where there is no ip_set', async () => {
    const read = await of({ id: 'a', ip_set: null, ip_extra_set: [{ ip: '10.0.0.1', remarks: 'x' }] })
    expect(read.get('a')).toMatchObject({ addresses: ['10.0.0.1'] })
  })

  test.each([
    [{}, 'it lists no addresses'],
    [{ ip_set: ['10.0.0.1', 'every one'] }, 'its entry "every one" can\'t be read'],
    [{ ip_extra_set: [{ remarks: 'x' }] }, "can't be read"],
    [{ ip_set: ['10.0.0.9-10.0.0.1'] }, "can't be read"],
  ])('are not guessed: %j', async (fields, why) => {
    const read = await of({ id: 'a', ...fields })
    expect(read.get('a')).toMatchObject({ unresolved: expect.stringContaining(why) })
    expect(read.get('a')).not.toHaveProperty('addresses')
  })

  test('are no more groups, entries and pages than a question may cost', async () => {
    const ids = Array.from({ length: MOST_REMOTE_GROUPS + 1 }, (_, n) => `group-${n}`)
    let pages = 0
    const endless = async () => ({ address_groups: [], page_info: { next_marker: String(pages++) } })
    const read = await readAddressGroups(ids, endless, unforeseen)
    expect(pages).toBe(10)
    expect(read.get(ids.at(-1)!)).toMatchObject({ unresolved: expect.stringContaining('more than 40') })

    const large = await of({ id: 'a', ip_set: Array.from({ length: 2001 }, () => '10.0.0.1') })
    expect(large.get('a')).toMatchObject({ unresolved: 'it has more than 2000 entries' })
  })

  test('are not said to be missing where the list has what can not be read', async () => {
    const unreadable = { count: 1, entries: [{ place: 0, id: null, why: 'odd' }] }
    const page = async () => ({ address_groups: [], [UNREADABLE]: unreadable })
    expect((await readAddressGroups(['a'], page, unforeseen)).get('a')).toEqual({
      unresolved: "the platform's list of address groups can't be read in full",
    })
  })

  test('name the permission that is missing', async () => {
    const read = await readAddressGroups(['a'], refused, () => ({ code: 'VPC.0614', status: 403 }))
    expect(read.get('a')).toEqual({
      unresolved: 'its addresses could not be read (VPC.0614; it takes the permission vpc:addressGroups:get)',
    })
    const missing = await readAddressGroups(['a'], refused, () => ({ code: 'APIGW.0101', status: 404 }))
    expect(missing.get('a')).toEqual({ unresolved: 'its addresses could not be read (APIGW.0101)' })
  })
})

test('a range includes its end, and is of one family', () => {
  expect(readEntry('10.0.0.1-10.0.0.3')).toEqual(
    expect.objectContaining({ family: 'IPv4', from: 0x0a000001, end: 0x0a000004 }),
  )
  expect(readEntry('2001:db8::1-2001:db8::2')).toMatchObject({ family: 'IPv6' })
  for (const odd of [
    '10.0.0.1-2001:db8::1',
    '10.0.0.1-',
    '-',
    '10.0.0.0/8-11.0.0.0',
    '1.1.1.1-1.1.1.2-1.1.1.3',
  ])
    expect(readEntry(odd), odd).toBeUndefined()
})

test('a rule with an address group decides as rules for each of its entries do', () => {
  const network = fc
    .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 29, max: 32 }))
    .map(([last, length]) => `10.0.0.${last * 4}/${length}`)
  fc.assert(
    fc.property(
      fc.array(network, { maxLength: 4 }),
      fc.constantFrom('allow', 'deny'),
      fc.integer({ min: 0, max: 17 }),
      (entries, action, last) => {
        const packet: Packet = { direction: 'ingress', protocol: 'tcp', port: 22, remote: `10.0.0.${last}` }
        const fallback = rule('rest', { priority: 50, remote_ip_prefix: '10.0.0.0/28' })
        const grouped = [rule('one', { action, remote_address_group_id: 'set' }), fallback]
        const single = [
          ...entries.map((remote_ip_prefix, n) => rule(`r${n}`, { action, remote_ip_prefix })),
          fallback,
        ]
        const decide = (rules: SecurityGroupRule[]) =>
          verdict(packet, effectiveRules(['g'], new RuleBook({ g: rules }, { entriesOf: () => entries })))
            .verdict
        expect(decide(grouped)).toBe(decide(single))
      },
    ),
  )
})
