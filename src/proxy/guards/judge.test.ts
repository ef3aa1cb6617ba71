import { expect, test } from 'vitest'
import { judge } from './judge.ts'

test('a guard that a later step certainly breaks is certainly broken', () => {
  const ssh = { id: 'r', security_group_id: 'ssh', direction: 'ingress', protocol: 'tcp', multiport: '22' }
  const broken = (lists: string[][]) =>
    judge({
      guards: [{ name: 'no SSH', protocol: 'tcp', ports: '22', remote: 'anywhere' }],
      lists,
      before: undefined,
      rules: new Map([['ssh', [ssh]]]),
      members: new Map(),
      entries: new Map(),
    }).broken
  expect(broken([[], ['unread'], ['ssh']])).toEqual([
    { guard: 0, certain: true, why: expect.stringMatching(/^TCP 22 .* allowed now/) },
  ])
  expect(broken([[], ['ssh'], ['unread']])).toEqual([
    { guard: 0, certain: true, why: expect.stringMatching(/^After step 1, in between: TCP 22/) },
  ])
  expect(broken([[], ['unread']])).toMatchObject([{ guard: 0, certain: false }])
})

test('a guard is broken by what another port newly allows, which is named and counted', () => {
  const rule = { id: 'r', security_group_id: 'db', direction: 'ingress', protocol: 'tcp', multiport: '22' }
  const judged = judge({
    guards: [{ name: 'no SSH', protocol: 'tcp', ports: '22', remote: '10.0.0.0/8' }],
    lists: [['web'], ['web', 'admin']],
    before: undefined,
    rules: new Map([
      ['web', []],
      ['admin', []],
      ['db', [{ ...rule, remote_group_id: 'admin' }]],
    ]),
    members: new Map(),
    entries: new Map(),
    others: {
      port: { id: 'p', private_ips: [{ ip_address: '10.0.0.5' }] },
      ports: [{ id: 'q', name: 'db-01', security_groups: ['db'] }],
      unread: [],
    },
  })
  expect(judged.broken).toEqual([
    {
      guard: 0,
      certain: true,
      why: expect.stringMatching(/^On port db-01: TCP 22 \(SSH\) from 10\.0\.0\.5/),
    },
  ])
  expect(judged.others).toEqual({
    ports: 1,
    rules: 1,
    flows: { newly_allowed: 1, newly_denied: 0, undecided: 0 },
  })
})
