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
    })
  expect(broken([[], ['unread'], ['ssh']])).toEqual([
    { guard: 0, certain: true, why: expect.stringMatching(/^TCP 22 .* allowed now/) },
  ])
  expect(broken([[], ['ssh'], ['unread']])).toEqual([
    { guard: 0, certain: true, why: expect.stringMatching(/^After step 1, in between: TCP 22/) },
  ])
  expect(broken([[], ['unread']])).toMatchObject([{ guard: 0, certain: false }])
})
