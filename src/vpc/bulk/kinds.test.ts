import { describe, expect, test } from 'vitest'
import { MOST_KINDS } from '../bulk-changes-api.ts'
import { chosenPlan } from '../plan-ways.ts'
import { kindsOf, plannedPort, type Kinds, type PlannedPort } from './kinds.ts'

const group = (letter: string) => `${letter.repeat(8)}-0000-4000-8000-000000000000`
const portId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const word = (list: readonly string[]) => list.map((id) => id[0]).join('')
let count = 0
const port = (list: string, over: Partial<PlannedPort> = {}): PlannedPort => ({
  ...plannedPort({ id: portId(++count), name: `port-${count}`, security_groups: [...list].map(group) }),
  ...over,
})
const top = (groups: string) => ({
  kind: 'insert' as const,
  groups: [...groups].map(group),
  place: { kind: 'top' as const },
})
const planning = { limit: 4, policy: 'choose' } as const

const kindsIn = ({ kinds }: Kinds) =>
  kinds.map(({ list, desired, ports }) => `${ports.length}: ${word(list)} to ${word(desired)}`)

describe('the kinds of change on many ports', () => {
  test('are by list and result, those of most ports first', () => {
    const found = kindsOf(top('d'), [port('abc'), port('ab'), port('ab'), port('da'), port('abce')], planning)
    expect(kindsIn(found)).toEqual(['2: ab to dab', '1: abc to dabc'])
    expect(found.unchanged.map(({ list }) => word(list))).toEqual(['da'])
    expect(found.skipped.map(({ reason, ports }) => [reason.why, ports.length])).toEqual([['too_many', 1]])
  })

  test('are apart where groups have no effect, or the flavor does not support some rules', () => {
    const off = { portSecurity: false }
    const ports = [
      port('a'),
      port('a', { flavor: 's1' }),
      port('a', off),
      port('a', { ...off, flavor: 's1' }),
    ]
    const { kinds } = kindsOf(top('d'), ports, planning)
    expect(
      kinds.map(({ portSecurity, flavor, ports: alike }) => [portSecurity, flavor, alike.length]),
    ).toEqual([
      [false, undefined, 2],
      [true, undefined, 1],
      [true, 's1', 1],
    ])
  })

  test('have a plan, the other way too where there are two', () => {
    const move = { kind: 'move' as const, groups: [group('c')], place: { kind: 'top' as const } }
    const [kind] = kindsOf(move, [port('abc')], planning).kinds
    expect(chosenPlan(kind!.ways, undefined).way).toBe('one-call')
    expect(chosenPlan(kind!.ways, 'steps').steps.map(({ step }) => step.kind)).toEqual(['remove', 'insert'])
  })

  test('are not planned where the platform has no way, and the reason is given', () => {
    const detach = { kind: 'detach' as const, groups: [group('a')] }
    const found = kindsOf(detach, [port('a'), port('ab')], { ...planning, offered: ['one-call'] })
    expect(kindsIn(found)).toEqual(['1: ab to b'])
    expect(found.skipped.map(({ reason }) => reason)).toEqual([
      { why: 'no_plan', said: expect.stringContaining('leave at least one') },
    ])
  })

  test('a port that is named twice counts once, one with an odd ID is left out', () => {
    const one = port('a')
    const found = kindsOf(top('d'), [one, one, port('a', { port_id: 'x' })], planning)
    expect(kindsIn(found)).toEqual(['1: a to da'])
    expect(found.skipped).toMatchObject([{ reason: { why: 'odd_id', id: 'x' } }])
  })

  test.each([
    ['web\0-1', 'web-1'],
    ['\0', null],
    ['', null],
    [7, '7'],
    [undefined, null],
  ])('a port called %j is called %j', (name, called) => {
    expect(plannedPort({ id: portId(1), name, security_groups: [] }).name).toBe(called)
  })

  test('are as many as one bulk change takes; the ports of others are left out', () => {
    const many = Array.from({ length: MOST_KINDS + 2 }, (_, n) => ({ ...port(''), list: [portId(n)] }))
    const found = kindsOf(
      top('d'),
      [...many, { ...many[MOST_KINDS + 1]!, port_id: portId(++count) }],
      planning,
    )
    expect(found.kinds).toHaveLength(MOST_KINDS)
    expect(found.kinds[0]!.ports).toHaveLength(2)
    expect(found.skipped).toMatchObject([{ reason: { why: 'too_many_kinds' }, ports: [{}, {}] }])
  })
})
