/**
 * Packet, difference and guards held against every possibility: whatever is in the named sets,
 * whatever rules that can't be read mean, the same before and after. Counted out one by one.
 */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  effectiveRules,
  guardedChange,
  guardViolations,
  RuleBook,
  setText,
  trafficDifference,
  verdict,
  type Guard,
  type Packet,
} from './index.ts'
import { hasPacket } from './naive-verdict.ts'
import type { RemoteSet } from './rules.ts'
import { familyOf, oddRule, PORTS_OF, probe, type OddRule, type Probe } from './odd-rules.ts'

const GROUPS = ['one', 'two', 'three', 'unread']
const SETS = ['group a', 'group b', 'address group a']
/** Packets that more such rules touch are passed over: there would be too many possibilities. */
const MOST_UNREADABLE = 4

/** All that an unread group could say. */
const UNREAD: OddRule = {
  rule: { id: 'unread', security_group_id: 'unread', direction: '' },
  covers: () => true,
  unreadable: true,
  action: undefined,
  priority: 1,
  set: undefined,
}

type Action = 'allow' | 'deny'
/** What a rule that can't be read does: null is not to match. */
type Meaning = ReadonlyMap<OddRule, Action | null>
type OddRulesOfGroups = Record<string, OddRule[]>

function combinations<K, V>(keys: readonly K[], valuesOf: (key: K) => readonly V[]): Map<K, V>[] {
  let all = [new Map<K, V>()]
  for (const key of keys)
    all = all.flatMap((one) => valuesOf(key).map((value) => new Map(one).set(key, value)))
  return all
}

/** The verdict of one possibility. */
function decide(groups: readonly OddRule[][], sets: ReadonlyMap<string, boolean>, means: Meaning): Action {
  for (const rules of groups) {
    const matching = rules.flatMap(({ priority, ...one }, at) => {
      const action = one.unreadable ? means.get(rules[at]!)! : one.action!
      return action === null || (one.set !== undefined && !sets.get(one.set)) ? [] : [{ priority, action }]
    })
    const first = matching.toSorted(
      (a, b) => a.priority - b.priority || (a.action === b.action ? 0 : a.action === 'deny' ? -1 : 1),
    )[0]
    if (first) return first.action
  }
  return 'deny'
}

/** All possibilities of two lists for a packet; undefined when there are too many. */
function possibilities(estate: OddRulesOfGroups, lists: readonly (readonly string[])[], one: Probe) {
  const at = lists.map((list) => list.map((id) => estate[id]!.filter((rule) => rule.covers(one))))
  const unreadable = [...new Set(at.flat(2).filter((rule) => rule.unreadable))]
  if (unreadable.length > MOST_UNREADABLE) return undefined
  const memberships = combinations(SETS, () => [true, false])
  const meanings = combinations<OddRule, Action | null>(unreadable, ({ action }) =>
    action ? [action, null] : ['allow', 'deny', null],
  )
  return { at, unreadable, memberships, meanings }
}

function changeOf(pairs: readonly (readonly Action[])[]) {
  const allowed = pairs.filter(([was, is]) => was === 'deny' && is === 'allow').length
  const denied = pairs.filter(([was, is]) => was === 'allow' && is === 'deny').length
  if (allowed + denied === 0) return undefined
  const may = [...(allowed > 0 ? ['newly_allowed'] : []), ...(denied > 0 ? ['newly_denied'] : [])]
  return { change: [allowed, denied].includes(pairs.length) ? may[0] : 'undecided', may }
}

const VERDICTS = { allow: 'allowed', deny: 'denied' }
const verdictOf = (some: readonly Action[]) => {
  const [first, ...others] = new Set(some)
  return others.length > 0 ? 'unknown' : VERDICTS[first!]
}

const estate: fc.Arbitrary<OddRulesOfGroups> = fc
  .tuple(...GROUPS.slice(0, 3).map(() => fc.array(oddRule, { maxLength: 5 })))
  .map((lists) => ({
    ...Object.fromEntries(lists.map((rules, at) => [GROUPS[at]!, rules])),
    unread: [UNREAD],
  }))
/** The unread group takes part now and then only. */
const list = fc
  .tuple(fc.shuffledSubarray(GROUPS), fc.nat(3))
  .map(([groups, unread]) => (unread === 0 ? groups : groups.filter((id) => id !== 'unread')))
/** Whether the remote is in some of the sets. */
const knownMemberships = fc
  .tuple(fc.subarray(SETS), fc.subarray(SETS))
  .map(([known, inside]) => new Map(known.map((set) => [set, inside.includes(set)])))
const probes = fc.array(probe, { minLength: 30, maxLength: 30 })

function readBy(rules: OddRulesOfGroups, lists: readonly (readonly string[])[]) {
  const read = Object.entries(rules).filter(([id]) => id !== 'unread')
  const byGroup = new Map(read.map(([id, odd]) => [id, odd.map(({ rule }) => rule)]))
  const book = new RuleBook(byGroup, { membersOf: (id) => PORTS_OF[id] })
  return lists.map((one) => effectiveRules(one, book))
}

function typed({ direction, address, protocol, rest }: Probe): Packet {
  const ports = protocol === 6 || protocol === 17
  return {
    direction,
    protocol,
    remote: address,
    ...(ports ? { port: rest } : { type: Math.floor(rest / 256), code: rest % 256 }),
  }
}

it('a difference, and a guard of one host, agree with every possibility', () => {
  fc.assert(
    fc.property(estate, list, list, probes, (rules, before, after, some) => {
      const [was, is] = readBy(rules, [before, after])
      const difference = trafficDifference(was!, is!)
      for (const one of some) {
        const all = possibilities(rules, [before, after], one)
        if (!all) continue
        const packet = { ...one, family: familyOf(one.address) }
        const expected = all.memberships.map((sets) => {
          const pairs = all.meanings.map((means) => all.at.map((groups) => decide(groups, sets, means)))
          return { pairs, changing: changeOf(pairs), memberOf: new Set(SETS.filter((set) => sets.get(set))) }
        })
        const changes = new Set(expected.map(({ changing }) => changing?.change))
        const certainly = changes.size === 1 && !changes.has('undecided')
        for (const { pairs, changing, memberOf } of expected) {
          const found = difference.flows.filter((flow) => hasPacket(flow, { ...packet, memberOf }))
          expect(found.map(({ change, may }) => ({ change, may }))).toEqual(changing ? [changing] : [])
          if (!found[0]) continue
          expect(found[0].before.verdict).toBe(verdictOf(pairs.map(([first]) => first!)))
          expect(found[0].after.verdict).toBe(verdictOf(pairs.map(([, then]) => then!)))
          expect(found[0].everyRemote).toBe(certainly)
        }
        for (const change of ['newly_allowed', 'newly_dropped'] as const) {
          const may = expected.some(({ changing }) => changing?.may.includes(guardedChange({ change })))
          const violation = guardViolations(difference, [guardOf(one, change)])[0]
          expect(violation?.certain).toBe(may ? certainly : undefined)
        }
      }
    }),
    { numRuns: 40 },
  )
})

function guardOf({ direction, address, protocol, rest }: Probe, change: Guard['change']): Guard {
  const isIcmp = protocol === 1 || protocol === 58
  const ports = isIcmp
    ? `${Math.floor(rest / 256)},${rest % 256}`
    : [6, 17].includes(protocol)
      ? rest
      : undefined
  return { name: 'one host', change, direction, protocol, ports, remote: address }
}

it('a packet is unknown only for what it names, and each of these can turn it', () => {
  fc.assert(
    fc.property(estate, list, probes, knownMemberships, (rules, groups, some, known) => {
      const [effective] = readBy(rules, [groups])
      for (const one of some) {
        const all = possibilities(rules, [groups], one)
        if (!all) continue
        const isMember = (set: RemoteSet) => known.get(setText(set))
        const open = all.memberships.filter((sets) => [...known].every(([set, is]) => sets.get(set) === is))
        const cases = open.flatMap((sets) =>
          all.meanings.map((means) => ({ sets, means, action: decide(all.at[0]!, sets, means) })),
        )
        const ours = verdict({ ...typed(one), isMember }, effective!)
        expect(ours.verdict).toBe(verdictOf(cases.map(({ action }) => action)))
        const turnedBy = (same: (a: (typeof cases)[number], b: (typeof cases)[number]) => boolean) =>
          cases.some((a) => cases.some((b) => a.action !== b.action && same(a, b)))
        const sets = SETS.filter((set) =>
          turnedBy(
            (a, b) => a.means === b.means && SETS.every((s) => s === set || a.sets.get(s) === b.sets.get(s)),
          ),
        )
        expect(ours.askedSets.map((set) => setText(set)).toSorted()).toEqual(sets.toSorted())
        const unreadable = all.unreadable.filter((rule) =>
          turnedBy(
            (a, b) =>
              a.sets === b.sets &&
              all.unreadable.every((r) => r === rule || a.means.get(r) === b.means.get(r)),
          ),
        )
        expect(new Set(ours.unreadable.map(({ rule }) => rule))).toEqual(
          new Set(unreadable.map((odd) => (odd === UNREAD ? null : odd.rule))),
        )
      }
    }),
    { numRuns: 40 },
  )
})
