import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyIntent } from './bulk/apply-intent.ts'
import type { Intent, Place } from './bulk/intent.ts'
import { intent as intentSchema } from './bulk/intent.ts'
import type { Port } from './port.ts'
import { orderContent } from './standing-orders-api.ts'
import { departures, matcherOf, orderPortsWords, reasonWords, verdictOf } from './standing-orders.ts'

const id = (letter: string) =>
  `00000000-0000-4000-8000-${letter.codePointAt(0)!.toString(16).padStart(12, '0')}`
const ids = (word: string) => [...word].map(id)
const LETTERS = [...'abcdefgh']

const list = fc.shuffledSubarray(LETTERS).map((letters) => letters.map(id))
const some = fc.shuffledSubarray(LETTERS, { minLength: 1 }).map((letters) => letters.map(id))
const one = fc.constantFrom(...LETTERS).map(id)
const place: fc.Arbitrary<Place> = fc.oneof(
  fc.constantFrom({ kind: 'top' as const }, { kind: 'end' as const }),
  fc.record({ kind: fc.constant('position' as const), position: fc.nat(9) }),
  fc.record({ kind: fc.constantFrom('above' as const, 'below' as const), group: one }),
)
const intent: fc.Arbitrary<Intent> = fc.oneof(
  fc.record({ kind: fc.constantFrom('insert' as const, 'move' as const), groups: some, place }),
  fc.record({
    kind: fc.constant('put' as const),
    groups: some,
    order: fc.constantFrom('above' as const, 'below' as const),
    group: one,
    where_missing: fc.constantFrom('insert' as const, 'leave_out' as const),
  }),
  fc.record({ kind: fc.constant('detach' as const), groups: some }),
  fc.record({ kind: fc.constant('replace' as const), group: one, by: one }),
  fc.record({ kind: fc.constant('exactly' as const), groups: list }),
) as fc.Arbitrary<Intent>
const limit = fc.constantFrom(3, 8, 100)

describe('a port and a standing order', () => {
  test('departs exactly where the intent makes another list, and its own result follows', () => {
    fc.assert(
      fc.property(intent, list, limit, (wanted, now, most) => {
        expect(intentSchema.safeParse(wanted).success).toBe(true)
        const applied = applyIntent(wanted, now, most)
        const verdict = verdictOf(wanted, now, most)
        if ('skipped' in applied) {
          expect(verdict.state).not.toBe('follows')
          return
        }
        const same = applied.list.join() === now.join()
        expect(verdict).toEqual(same ? { state: 'follows' } : { state: 'departs', desired: applied.list })
        expect(verdictOf(wanted, applied.list, most)).toEqual({ state: 'follows' })
      }),
    )
  })

  test('each port that the order is for is in one part, and no other is in any', () => {
    const port = fc.record({
      id: fc.uuid(),
      name: fc.option(fc.constantFrom('web-prod', 'db', '')),
      security_groups: list,
    })
    const which = fc.record(
      { group: one, name: fc.constantFrom('PROD', 'd'), ports: fc.array(fc.uuid(), { minLength: 1 }) },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(
        intent,
        fc.array(port as fc.Arbitrary<Port>),
        which,
        fc.boolean(),
        (wanted, ports, asked, own) => {
          const order = {
            intent: wanted,
            ports: own && ports[0] ? { ...asked, ports: [ports[0].id.toUpperCase()] } : asked,
          }
          const { follows, notConcerned, departing, undecided } = departures(order, ports, 100)
          const found = [
            ...follows,
            ...notConcerned,
            ...[...departing, ...undecided].map((each) => each.port),
          ]
          expect(found).toHaveLength(ports.filter(matcherOf(order.ports)).length)
          expect(new Set(found)).toEqual(new Set(ports.filter(matcherOf(order.ports))))
        },
      ),
    )
  })

  const above: Intent = {
    kind: 'put',
    groups: ids('x'),
    order: 'above',
    group: id('w'),
    where_missing: 'insert',
  }
  const first: Intent = { kind: 'move', groups: ids('q'), place: { kind: 'top' } }
  test.each<[string, Intent, string, string, string | undefined]>([
    ['is below', above, 'wx', 'departs', 'xw'],
    ['lacks what goes above', above, 'w', 'departs', 'xw'],
    ['lacks what it goes above: there is nothing to be above of', above, 'abx', 'not_concerned', undefined],
    ['may lack it', { ...above, where_missing: 'leave_out' }, 'w', 'not_concerned', undefined],
    ['is not before everything', first, 'abq', 'departs', 'qab'],
    ['has none to be before everything', first, 'ab', 'not_concerned', undefined],
    ['has no room', above, 'wabc', 'departs', undefined],
    [
      'lacks a group whose place can not be said',
      { kind: 'insert', groups: ids('x'), place: { kind: 'above', group: id('w') } },
      'ab',
      'departs',
      undefined,
    ],
    ['names a group twice', first, 'aqa', 'undecided', undefined],
    ['has not exactly this', { kind: 'exactly', groups: ids('ab') }, 'ba', 'departs', 'ab'],
    ['has what is to go', { kind: 'detach', groups: ids('a') }, 'ab', 'departs', 'b'],
    [
      'has neither of both',
      { kind: 'replace', group: id('x'), by: id('y') },
      'ab',
      'not_concerned',
      undefined,
    ],
  ])('that %s', (_, wanted, now, state, desired) => {
    const verdict = verdictOf(wanted, ids(now), 4)
    expect(verdict.state).toBe(state)
    expect('desired' in verdict ? verdict.desired : undefined).toEqual(desired && ids(desired))
    if ('reason' in verdict) expect(reasonWords(verdict.reason, (group) => group)).toMatch(/^[A-Z].*\.$/)
  })
})

const words = (ports: Parameters<typeof orderPortsWords>[0]) => orderPortsWords(ports, () => 'web-public')

test('says which ports it is for', () => {
  expect(words({})).toBe('all ports')
  expect(words({ group: id('w') })).toBe('ports that have web-public')
  expect(words({ group: id('w'), name: 'prod' })).toBe(
    'ports that have web-public, with “prod” in their name',
  )
  expect(words({ ports: [id('p')] })).toBe('1 named port')
  expect(words({ ports: ids('pq'), group: id('w') })).toBe('2 named ports that have web-public')
})

test.each([
  ['quarantine before everything', true],
  ['q', true],
  ['', false],
  [' q', false],
  ['q ', false],
  ['two\nlines', false],
  ['x'.repeat(81), false],
])('a name may be %j: %s', (name, may) => {
  const order = { name, intent: { kind: 'exactly', groups: [] }, ports: {}, check_every_minutes: null }
  expect(orderContent.safeParse(order).success).toBe(may)
})
