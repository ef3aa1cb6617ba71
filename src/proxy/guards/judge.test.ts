import { expect, test } from 'vitest'
import { judge, type GuardQuestion } from './judge.ts'

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

const rule = { id: 'r', security_group_id: 'db', direction: 'ingress', protocol: 'tcp', multiport: '22' }

/** A port that gets a group which is the remote of a rule of another. */
const ELSEWHERE: GuardQuestion = {
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
}

test('of another port it is not said that the list from before allowed it, too', () => {
  const [broken] = judge({ ...ELSEWHERE, before: ['web'] }).broken
  expect(broken!.why).toMatch(/^On port db-01: TCP 22/)
  expect(broken!.why).not.toContain('The list from before the change')
})

test('what an address group lets in on another port does not change', () => {
  const rules = new Map([
    ...ELSEWHERE.rules,
    [
      'db',
      [
        { ...rule, remote_group_id: 'admin' },
        { ...rule, id: 's', remote_address_group_id: 'offices' },
      ],
    ],
  ] as const)
  const judged = judge({ ...ELSEWHERE, rules, entries: new Map([['offices', ['10.0.0.0/8']]]) })
  expect([judged.broken, judged.others.ports]).toEqual([[], 0])
})

test('a guard is broken by what another port newly allows, which is named and counted', () => {
  const judged = judge(ELSEWHERE)
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
    in_between: { ports: 0, rules: 0, flows: { newly_allowed: 0, newly_denied: 0, undecided: 0 } },
  })
})
