import { describe, expect, test } from 'vitest'
import { UNREADABLE } from '../unreadable-marks.ts'
import { readOtherPorts, type OtherPortsReads } from './read-other-ports.ts'

const changed = { private_ips: [{ ip_address: '10.0.0.5' }], allowed_address_pairs: [] }
const rule = { id: 'r', security_group_id: 'db', direction: 'ingress', remote_group_id: 'web' }
const unreadable = { count: 2, entries: [] }

/** Reads that find one rule and one port, but for what is given. */
const reads = (given: Partial<OtherPortsReads>): OtherPortsReads => ({
  rules: async () => ({ security_group_rules: [rule] }),
  ports: async () => ({ ports: [{ id: 'q', security_groups: ['db'] }] }),
  port: async () => changed,
  why: () => 'failed',
  ...given,
})

describe('what is not read of other ports is named', () => {
  test('nothing, where all is read', async () => {
    const read = await readOtherPorts('p', ['web'], reads({}))
    expect([read.ports.map(({ id }) => id), read.unread]).toEqual([['q'], []])
  })

  test('a list of ports without an end, though few ports were found', async () => {
    let pages = 0
    const ports = async () => ({
      ports: [{ id: `q${pages}`, security_groups: ['db'] }],
      page_info: { next_marker: String(pages++) },
    })
    const { unread } = await readOtherPorts('p', ['web'], reads({ ports }))
    expect(unread).toEqual(['there are more ports with such rules than Portside reads'])
  })

  test("rules and ports in a form that can't be read", async () => {
    const { unread } = await readOtherPorts(
      'p',
      ['web'],
      reads({
        rules: async () => ({ security_group_rules: [rule], [UNREADABLE]: unreadable }),
        ports: async () => ({ ports: [], [UNREADABLE]: unreadable }),
      }),
    )
    expect(unread).toEqual([
      "2 of the rules for the changed groups can't be read",
      "2 of the ports with such rules can't be read",
    ])
  })
})
