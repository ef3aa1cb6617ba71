import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DocumentedRule, SecurityGroupRule } from '../security-group.ts'
import {
  estate,
  meant,
  MEMBERS,
  packet,
  readableRule,
  twoLists,
  UNIVERSE,
  unreadableRule,
  type RulesOfGroups,
  tcpRule as rule,
} from './estate-arbitraries.ts'
import { RuleBook, type Direction } from './index.ts'
import { explainField } from './explain-field.ts'
import { hasPacket, naiveVerdict, ruleMatches, type NaivePacket } from './naive-verdict.ts'
import { MOST_COLUMNS, MOST_ROWS, PictureModel, type Picture, type PictureRow } from './picture.ts'

function pictureOf(
  rules: Record<string, readonly SecurityGroupRule[]>,
  lists: readonly (readonly string[])[],
  direction: Direction = 'ingress',
  members: Record<string, string[]> = MEMBERS,
): Picture {
  const book = new RuleBook(rules, { membersOf: (id) => members[id] })
  return new PictureModel(lists, book, direction).picture()
}

/** A packet of ICMP over IPv6, or of ICMPv6 over IPv4: nobody speaks it. */
const isNoTraffic = ({ family, protocol }: NaivePacket) => protocol === (family === 'IPv4' ? 58 : 1)

function columnOf({ columns }: Picture, { protocol, rest }: NaivePacket): number {
  const found = columns.flatMap(({ services }, at) =>
    services.some((range) => {
      if (range.kind === 'protocols') return range.from <= protocol && protocol <= range.to
      if (range.protocol !== protocol) return false
      if (range.kind === 'ports') return range.from <= rest && rest <= range.to
      const type = Math.floor(rest / 256)
      if (range.kind === 'types') return range.from <= type && type <= range.to
      return range.type === type && range.from <= rest % 256 && rest % 256 <= range.to
    })
      ? [at]
      : [],
  )
  expect(found).toHaveLength(1)
  return found[0]!
}

type Name = PictureRow['sources'][number]

/** Whether a source has an address, by the plain way. */
function hasAddress(name: Name, one: NaivePacket): boolean {
  if (name.family !== one.family) return false
  const remote =
    name.kind === 'network'
      ? { remote_ip_prefix: name.cidr }
      : name.kind === 'security_group'
        ? { remote_group_id: name.id }
        : name.kind === 'address_group'
          ? { remote_address_group_id: name.id }
          : {}
  const asked = rule('asked', { ...remote, ethertype: one.family, protocol: null })
  return ruleMatches(asked as DocumentedRule, { ...one, direction: 'ingress' }, MEMBERS)
}

const PLACES = [
  ...new Map(UNIVERSE.map((one) => [`${one.address} ${[...one.memberOf].join()}`, one])).values(),
]
const known = new Map<string, readonly boolean[]>()

/** Of all packets that matter, the ingress of some services. */
const LOOKED_AT = UNIVERSE.filter(
  ({ direction, protocol, rest }) =>
    direction === 'ingress' && (protocol === 6 ? [0, 22, 80, 85, 8100].includes(rest) : protocol === 47),
)

/** The places of all packets that matter, and whether a source has them. */
function placesIn(name: Name): readonly boolean[] {
  const key = JSON.stringify({ ...name, isRest: false })
  let found = known.get(key)
  if (!found) known.set(key, (found = PLACES.map((one) => hasAddress(name, one))))
  return found
}

const isWithin = (inner: Name, outer: Name) => placesIn(inner).every((has, at) => !has || placesIn(outer)[at])
const isPart = (inner: Name, outer: Name) => isWithin(inner, outer) && !isWithin(outer, inner)

/**
 * The rows that a packet is in: of named sets; else of its smallest network, where that is within
 * all groups that have it; else of the smallest groups.
 */
function rowsOf({ rows }: Picture, one: NaivePacket): number[] {
  const there = rows
    .flatMap((row, at) => row.sources.map((name) => ({ name, at })))
    .filter(({ name }) => hasAddress(name, one))
  const kind = ({ name }: (typeof there)[number]) =>
    'resolved' in name ? (name.resolved ? 'group' : 'set') : 'network'
  const of = (wanted: string) => there.filter((source) => kind(source) === wanted)
  const smallest = (some: typeof there) =>
    some.filter((source) => !some.some((other) => isPart(other.name, source.name)))
  const sets = of('set')
  const groups = of('group')
  const networks = smallest(of('network')).filter(({ name }) =>
    groups.every((group) => isWithin(name, group.name)),
  )
  const found = sets.length > 0 ? sets : networks.length > 0 ? networks : smallest(groups)
  return [...new Set(found.map(({ at }) => at))]
}

const fieldAt = (picture: Picture, row: number, column: number) => {
  const field = picture.cells[row * picture.columns.length + column]!
  return picture.fields[field]?.map((number) => picture.decisions[number]!)
}

/** True where a field may say so: each verdict is met, and what is undecided is met both ways. */
function canBe(verdictsSaid: string, met: readonly string[]): boolean {
  const sides = verdictsSaid.split(',')
  const certain = met.some((text) =>
    text.split(',').every((one, at) => ['undecided', one].includes(sides[at]!)),
  )
  const open = sides.every(
    (side, at) => side !== 'undecided' || new Set(met.map((text) => text.split(',')[at])).size === 2,
  )
  return certain && open
}

const named = (allowed: boolean) => (allowed ? 'allowed' : 'denied')

/** Holds each field that has the packet against the plain verdicts before and after. */
function check(
  picture: Picture,
  rules: RulesOfGroups,
  lists: readonly (readonly string[])[],
  one: NaivePacket,
) {
  const [was, is] = lists.map((list) => naiveVerdict(list, rules, one, MEMBERS))
  const column = columnOf(picture, one)
  const rows = rowsOf(picture, one)
  expect(rows.length).toBeGreaterThan(0)
  const groupOf = (decider: SecurityGroupRule | undefined) =>
    Object.keys(rules).find((id) => rules[id]!.some(({ id: ruleId }) => ruleId === decider?.id)) ?? null
  for (const row of rows) {
    const field = fieldAt(picture, row, column)!
    const fits = field.some(({ before, after, change, may }) => {
      const sides = [
        [before, was!],
        [after, is!],
      ] as const
      const change_ = was!.allowed === is!.allowed ? 'none' : is!.allowed ? 'newly_allowed' : 'newly_denied'
      return (
        sides.every(
          ([side, naive]) =>
            (side.verdict === 'undecided' || side.verdict === named(naive.allowed)) &&
            (side.by.length === 0 || side.by.includes(groupOf(naive.rule))),
        ) &&
        (change === change_ || (change === 'undecided' && (change_ === 'none' || may.includes(change_))))
      )
    })
    if (!fits) expect({ one, row: picture.rows[row], field, was, is }).toBe('painted')
  }
}

describe('the picture of who gets at what', () => {
  it('agrees with the plain verdict on every packet, with its group', () => {
    fc.assert(
      fc.property(
        estate(readableRule),
        twoLists,
        fc.array(packet, { minLength: 60 }),
        (rules, lists, packets) => {
          const pictures = { ingress: pictureOf(rules, lists), egress: pictureOf(rules, lists, 'egress') }
          for (const one of packets)
            if (!isNoTraffic(one)) check(pictures[one.direction as Direction], rules, lists, one)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('agrees whatever rules that can’t be read mean', () => {
    const mixed = fc.oneof({ weight: 6, arbitrary: readableRule }, { weight: 1, arbitrary: unreadableRule })
    fc.assert(
      fc.property(
        estate(mixed),
        twoLists,
        fc.array(packet, { minLength: 40 }),
        fc.array(fc.nat(), { minLength: 5 }),
        (rules, lists, packets, choices) => {
          const picture = pictureOf(rules, lists)
          const meaning = meant(rules, choices)
          for (const one of packets)
            if (!isNoTraffic(one) && one.direction === 'ingress') check(picture, meaning, lists, one)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('says of a field only what some packet in it meets', () => {
    fc.assert(
      fc.property(estate(readableRule), twoLists, (rules, lists) => {
        const picture = pictureOf(rules, lists)
        const met = new Map<string, Set<string>>()
        for (const one of LOOKED_AT) {
          const text = lists.map((list) => named(naiveVerdict(list, rules, one, MEMBERS).allowed)).join()
          const column = columnOf(picture, one)
          for (const row of rowsOf(picture, one)) {
            const key = `${row} ${column}`
            met.set(key, (met.get(key) ?? new Set()).add(text))
          }
        }
        for (const [key, texts] of met) {
          const [row, column] = key.split(' ').map(Number)
          const all = new Set(
            fieldAt(picture, row!, column!)!.map(({ before, after }) => `${before.verdict},${after.verdict}`),
          )
          for (const one of all) expect(canBe(one, [...texts])).toBe(true)
        }
      }),
      { numRuns: 5 },
    )
  })
})

describe('the explanation of a field', () => {
  it('has every packet of it once, with the rules that decide it', () => {
    fc.assert(
      fc.property(
        estate(readableRule),
        twoLists,
        fc.array(packet, { minLength: 30 }),
        (rules, lists, some) => {
          const book = new RuleBook(rules, { membersOf: (id) => MEMBERS[id] })
          const model = new PictureModel(lists, book, 'ingress')
          const picture = model.picture()
          for (const one of some) {
            // Who is in two sets is in two rows, or in two parts of one.
            if (one.direction !== 'ingress' || isNoTraffic(one) || one.memberOf.size > 1) continue
            const [row] = rowsOf(picture, one)
            const { parts, more } = explainField(model, row!, columnOf(picture, one))
            if (more > 0) continue
            const found = parts.filter(({ before, after, ...part }) =>
              hasPacket({ ...part, before, after, change: 'undecided', may: [], everyRemote: false }, one),
            )
            expect(found).toHaveLength(1)
            for (const [at, side] of [found[0]!.before, found[0]!.after].entries()) {
              const naive = naiveVerdict(lists[at]!, rules, one, MEMBERS)
              if (side.verdict !== 'unknown') expect(side.verdict).toBe(named(naive.allowed))
            }
          }
        },
      ),
      { numRuns: 30 },
    )
  })
})

/** A picture in words: a line for each row and field that is not as the rest of its row. */
function said(picture: Picture): Record<string, string[]> {
  return Object.fromEntries(
    picture.rows.map((row, at) => [
      [...new Set(row.sources.map(nameText))].join(' + '),
      picture.columns.map((_, column) =>
        (fieldAt(picture, at, column) ?? [])
          .map(({ before, after, change }) =>
            change === 'none'
              ? `${after.verdict} by ${after.by.join(' or ')}`
              : `${change}: ${before.by.join(' or ')} to ${after.by.join(' or ')}`,
          )
          .join('; '),
      ),
    ]),
  )
}

const verdicts = (field: ReturnType<typeof fieldAt>) => field!.map(({ after }) => after.verdict)

const networks = (portsOf: (n: number) => string): Record<string, SecurityGroupRule[]> => {
  const all = Array.from({ length: 300 }, (_, n) =>
    rule(`${n}`, { multiport: portsOf(n), remote_ip_prefix: `10.${n >> 8}.${n % 256}.0/24` }),
  )
  return { 0: all.slice(0, 100), 1: all.slice(100, 200), 2: all.slice(200) }
}

const servicesSaid = ({ columns }: Picture) =>
  columns.map(({ services, isRest }) =>
    isRest ? 'rest' : services.map((one) => ('to' in one ? `${one.from}-${one.to}` : '')).join(),
  )

const nameText = (name: Name) =>
  `${name.isRest ? 'rest of ' : ''}${name.kind === 'network' ? name.cidr : name.kind === 'anywhere' ? 'anywhere' : name.id}`

describe('how the picture is arranged', () => {
  const web = [
    rule('ssh', { multiport: '22', remote_ip_prefix: '10.0.0.0/8' }),
    rule('rdp', { multiport: '3389', remote_ip_prefix: '10.0.0.0/8' }),
    rule('https', { multiport: '443' }),
    rule('db', { multiport: '3306', remote_group_id: 'app' }),
  ]
  const members = { app: ['10.1.0.9', '192.168.0.7'] }
  const open = [rule('any', { multiport: '22' })]

  it('joins what is alike, and puts what is known first', () => {
    const picture = pictureOf({ web }, [['web']], 'ingress', members)
    // SSH and RDP are painted alike, and so are one column.
    expect(servicesSaid(picture)).toEqual(['22-22,3389-3389', '3306-3306', '443-443', 'rest'])
    expect(said(picture)).toEqual({
      'rest of anywhere': ['denied by ', 'denied by ', 'allowed by web', 'denied by '],
      anywhere: ['denied by ', 'denied by ', 'denied by ', 'denied by '],
      app: ['allowed by web; denied by ', 'allowed by web', 'allowed by web', 'denied by '],
      'rest of 10.0.0.0/8': ['allowed by web', 'denied by ', 'allowed by web', 'denied by '],
    })
  })

  it('puts what opens first, with the groups that decide before and after', () => {
    const picture = pictureOf({ web, open }, [['web'], ['open', 'web']], 'ingress', members)
    expect(servicesSaid(picture)[0]).toBe('22-22')
    const [first] = Object.entries(said(picture))
    expect(first![0]).toBe('rest of anywhere')
    expect(first![1][0]).toBe('newly_allowed:  to open')
    expect(said(picture)['rest of 10.0.0.0/8']![0]).toBe('allowed by open')
  })

  it('leaves open only what a rule that can’t be read may match', () => {
    const odd = [rule('odd', { multiport: '22', remote_ip_prefix: '10.0.0.0/8', action: 'reject' })]
    const picture = pictureOf({ odd, web }, [['odd', 'web']], 'ingress', members)
    expect(said(picture)['rest of 10.0.0.0/8']).toContain('undecided by odd or web')
    expect(said(picture)['rest of anywhere']!.join()).not.toContain('undecided')
  })

  it('has a row for a group whose ports are not known, and keeps it out of the others', () => {
    const picture = pictureOf({ web }, [['web']], 'ingress', {})
    expect(picture.rows.flatMap(({ sources }) => sources)).toContainEqual(
      expect.objectContaining({ kind: 'security_group', id: 'app', resolved: false }),
    )
    expect(said(picture).app![1]).toBe('allowed by web')
    expect(said(picture)['rest of anywhere']!.join()).not.toContain('undecided')
  })

  it('is bounded, and joins the rest in a column and a row', () => {
    // In three groups: of more rules with single ports, some may not take effect.
    const wide = pictureOf(
      networks((n) => `${1000 + 2 * n}`),
      [['0', '1', '2']],
    )
    expect(wide.columns).toHaveLength(MOST_COLUMNS)
    expect(wide.columns.at(-2)!.joined).toBe(300 - MOST_COLUMNS + 2)
    const combined = networks((n) => `${1000 + 2 * (n % 20)},${2000 + 2 * Math.floor(n / 20)}`)
    const long = pictureOf(combined, [['0', '1', '2']])
    expect(long.rows).toHaveLength(MOST_ROWS)
    expect(long.rows.at(-1)!.joined).toBe(301 - MOST_ROWS + 1)
    expect(verdicts(fieldAt(wide, 5, MOST_COLUMNS - 2))).toContain('denied')
    expect(verdicts(fieldAt(long, MOST_ROWS - 1, 0))).toEqual(['allowed', 'denied'])
  })
})
