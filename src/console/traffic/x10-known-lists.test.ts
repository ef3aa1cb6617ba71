import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import { resultMessage, type TrafficQuestion } from './compare-traffic.ts'
import { ListsKept, ListsSent, MOST_KEPT } from './known-lists.ts'

const rule = (id: string): SecurityGroupRule => ({
  id,
  security_group_id: 'g',
  direction: 'ingress',
  ethertype: 'IPv4',
  protocol: 'tcp',
  multiport: '22',
  remote_ip_prefix: '10.0.0.0/8',
})

/** The same rule so many times: quick to clone. */
const rulesOf = (name: string, count: number) =>
  Array.from<SecurityGroupRule>({ length: count }).fill(rule(name))

const sizeOf = ({ rules, members = {} }: TrafficQuestion) => {
  const lists = new Set<readonly unknown[]>(Object.values(members))
  for (const list of Object.values(rules)) if (list) lists.add(list)
  return [...lists].reduce((sum, { length }) => sum + length + 1, 0)
}

/** In the order in which the worker makes it. */
const textOf = ({ rules, members, ...rest }: TrafficQuestion) => JSON.stringify({ ...rest, rules, members })

/** The two ends, with what lies between threads. */
function worker() {
  const [sent, kept] = [new ListsSent(), new ListsKept()]
  let asked = 0
  return {
    kept,
    request: (question: TrafficQuestion) => structuredClone(sent.request(++asked, question)),
  }
}

describe('what the worker has', () => {
  it('makes every question whole again, whatever was asked before, within its bound', () => {
    // A group that changed has the same ID and another list.
    const pool = Array.from({ length: 24 }, (_, n) => ({
      id: `g${n % 8}`,
      rules: n === 0 ? null : rulesOf(`r${n}`, n === 1 ? 0 : 1 + ((n * 613) % 4000)),
    }))
    const addresses = [['10.0.0.1'], ['10.0.0.1'], [], Array.from<string>({ length: 5000 }).fill('10.1.0.1')]
    const question = fc
      .tuple(fc.array(fc.nat(23), { maxLength: 8 }), fc.array(fc.nat(3), { maxLength: 3 }))
      .map(([some, remotes]): TrafficQuestion => ({
        portSecurity: true,
        lists: [some.map((n) => pool[n]!.id)],
        rules: Object.fromEntries(some.map((n) => [pool[n]!.id, pool[n]!.rules])),
        members: Object.fromEntries(remotes.map((n) => [`remote${n}`, addresses[n]!])),
      }))
    fc.assert(
      fc.property(fc.array(question, { minLength: 1, maxLength: 12 }), (questions) => {
        const { request, kept } = worker()
        for (const one of questions) {
          // As text: to look at each of thousands of rules takes a hundred times longer.
          expect(JSON.stringify(kept.question(request(one))) === textOf(one)).toBe(true)
          expect(kept.size).toBeLessThanOrEqual(Math.max(MOST_KEPT, sizeOf(one)))
        }
      }),
      { numRuns: 100 },
    )
  })

  it('is not sent again', () => {
    const { request } = worker()
    const [open, closed] = [rulesOf('open', 3), rulesOf('closed', 2)]
    const question: TrafficQuestion = { portSecurity: true, lists: [['open']], rules: { open, closed } }
    expect(request(question).fresh.map(([, list]) => list)).toEqual([open, closed])
    expect(request({ ...question, lists: [['closed', 'open']] }).fresh).toEqual([])
    const readAnew = rulesOf('open', 3)
    expect(request({ ...question, rules: { open: readAnew, closed } }).fresh.map(([, list]) => list)).toEqual(
      [readAnew],
    )
  })

  it('is never guessed at', async () => {
    const { request } = worker()
    const question: TrafficQuestion = { portSecurity: true, lists: [['open']], rules: { open: [rule('a')] } }
    request(question)
    expect(await resultMessage(request(question), new ListsKept())).toEqual({
      id: 2,
      failure: 'list 1 was not sent',
    })
  })
})
