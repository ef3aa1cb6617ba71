import type { SecurityGroupRule } from '../security-group.ts'
import { UNREADABLE_RULE } from '../unreadable-marks.ts'
import { mergeTexts, readCidr, readEntry, SPACE, type AddressRange, type Family } from './addresses.ts'
import {
  ALL_SERVICES,
  ICMP,
  ICMPV6,
  readProtocol,
  readServices,
  wholeProtocol,
  type Services,
  type Spans,
} from './services.ts'
import { DIRECTIONS, FAMILIES, type Direction } from './directions.ts'
import { actionOf, ruleFields, type RuleFields } from './rule-fields.ts'

/** Addresses that are known by name only: an unresolved remote group or address group. */
export type RemoteSet = { kind: 'security_group' | 'address_group'; id: string }

/**
 * A rule where it is named in a result. `rule` is null for all rules of a group whose rules were
 * not read.
 */
export type RuleRef = {
  groupId: string
  ruleId: string | null
  rule: SecurityGroupRule | null
  /** It can be read, but may not take effect: the reason. */
  doubt?: string
}

/**
 * The traffic of one direction and family that a rule can match, whatever is in its remote set.
 */
export type Extent = {
  direction: Direction
  family: Family
  services: Spans
  /** Undefined is every address. */
  addresses: readonly AddressRange[] | undefined
}

/** A rule, read. At most one extent for each direction and family. */
export type ReadRule = {
  ref: RuleRef
  extents: readonly Extent[]
  /** Undefined when it can't be read. */
  action: 'allow' | 'deny' | undefined
  priority: number
  /**
   * Index in the rule book's `sets` of the set that the remote must be in; -1 when there is none.
   */
  set: number
  /**
   * Why the rule can't be read, or may not take effect: then it may match any of its extents, or
   * none of them.
   */
  problem: string | undefined
}

/** What the reading of rules may look up. */
export type ReadOptions = {
  /**
   * The addresses (or CIDRs) of the ports in a security group, when all of them are known;
   * undefined when not: then the group stays a named set. An address that can't be read makes the
   * group a named set, too.
   */
  membersOf?: (groupId: string) => readonly string[] | undefined
  /** The entries of an address group, likewise. */
  entriesOf?: (addressGroupId: string) => readonly string[] | undefined
  /** `ecs_flavor` of the port: some flavors do not support some rules. */
  flavor?: unknown
}

/**
 * What the rules of a rule book share: numbers of named sets; services, CIDRs and members, each
 * read once.
 */
export class RuleReader {
  readonly sets: RemoteSet[] = []
  /** Every list of addresses that was read, but the whole space. */
  readonly lists: Record<Family, Set<readonly AddressRange[]>> = { IPv4: new Set(), IPv6: new Set() }
  readonly #numbers = new Map<string, number>()
  readonly #members = new Map<string, ByFamily | undefined>()
  readonly #entries = new Map<string, ByFamily | undefined>()
  readonly #cidrs = new Map<string, Cidr | undefined>()
  readonly #services = new Map<RuleFields['protocol'], Map<RuleFields['ports'], Services>>()
  readonly #options: ReadOptions

  constructor(options: ReadOptions) {
    this.#options = options
  }

  /** What a rule says of protocol and ports, read once for each wording. */
  services({ protocol, ports }: Pick<RuleFields, 'protocol' | 'ports'>): Services {
    let byPorts = this.#services.get(protocol)
    if (!byPorts) this.#services.set(protocol, (byPorts = new Map()))
    let read = byPorts.get(ports)
    if (!read) byPorts.set(ports, (read = readServices(protocol, ports)))
    return read
  }

  /** The number of a named set. */
  numberOf(set: RemoteSet): number {
    const key = `${set.kind} ${set.id}`
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.sets.length)
    return this.sets.push(set) - 1
  }

  /** A CIDR, read; undefined when it can't be. `ranges` is the same object for the same text. */
  cidr(text: string): Cidr | undefined {
    const known = this.#cidrs.get(text)
    if (known || this.#cidrs.has(text)) return known
    const cidr = this.#readCidr(text)
    this.#cidrs.set(text, cidr)
    return cidr
  }

  #readCidr(text: string): Cidr | undefined {
    const read = readCidr(text)
    if (!read) return undefined
    const { family, from, end } = read
    if (from === SPACE[family].from && end === SPACE[family].end) return { family, ranges: undefined }
    const ranges = [{ from, end }]
    this.lists[family].add(ranges)
    return { family, ranges }
  }

  /** The members of a security group by family; undefined when not known. */
  members(groupId: string): ByFamily | undefined {
    const texts = () => this.#options.membersOf?.(groupId)
    return this.#known(this.#members, groupId, texts, readCidr)
  }

  /** The addresses of an address group, likewise. */
  entries(addressGroupId: string): ByFamily | undefined {
    const texts = () => this.#options.entriesOf?.(addressGroupId)
    return this.#known(this.#entries, addressGroupId, texts, readEntry)
  }

  #known(
    read: Map<string, ByFamily | undefined>,
    id: string,
    textsOf: () => readonly string[] | undefined,
    readText: typeof readEntry,
  ): ByFamily | undefined {
    if (read.has(id)) return read.get(id)
    const texts = textsOf()
    const known = texts && mergeTexts(texts, readText)
    read.set(id, known)
    if (known) for (const family of FAMILIES) this.lists[family].add(known[family])
    return known
  }
}

type ByFamily = Record<Family, readonly AddressRange[]>
/** `ranges` is undefined for the whole space. */
type Cidr = { family: Family; ranges: readonly AddressRange[] | undefined }

/**
 * Reads one rule (docs/platform.md, Objects). Defaults: action allow, priority 1, ethertype IPv4
 * (the platform's own default for a rule that doesn't say). A field that can't be read, or fields
 * that contradict each other, make the rule unreadable: its extents are then all that it could
 * touch. So does a field that Portside does not know: it may narrow what the others say, or turn
 * the action, but does not take the rule beyond them. Whether a rule is disabled is not looked at
 * here, but `enabled` must be readable.
 */
export function readRule(rule: SecurityGroupRule, groupId: string, reader: RuleReader): ReadRule {
  const whole = rule[UNREADABLE_RULE]
  if (typeof whole === 'string')
    return { ...rulesNotRead(groupId), ref: { groupId, ruleId: null, rule }, problem: whole }

  const typed = ruleFields(rule)
  const { fields, problems: types } = typed
  const problems = Object.values(types)
  const services = reader.services(fields)
  if (services.problem) problems.push(services.problem)

  const directions = DIRECTIONS.filter((direction) => direction === fields.direction)
  if (directions.length === 0) {
    if (!types.direction) problems.push(`direction '${fields.direction}' can't be read`)
    directions.push(...DIRECTIONS)
  }

  const said = fields.ethertype ? fields.ethertype.toLowerCase() : 'ipv4'
  let families = types.ethertype ? [] : FAMILIES.filter((family) => family.toLowerCase() === said)
  if (families.length === 0 && !types.ethertype)
    problems.push(`ethertype '${fields.ethertype}' can't be read`)

  const action = actionOf(typed)
  const readAction = action === 'allow' || action === 'deny' ? action : undefined
  if (action !== undefined && !readAction) problems.push(`action '${fields.action}' can't be read`)

  let priority = types.priority ? 0 : (fields.priority ?? 1)
  if (!types.priority && (!Number.isInteger(priority) || priority < 1 || priority > 100)) {
    problems.push(`priority ${priority} is not in 1..100`)
    priority = 0
  }

  let spans = types.protocol ? ALL_SERVICES : types.ports ? wholeOf(fields.protocol) : services.spans
  // Which of the two the platform goes by is not documented, so the rule could touch either family.
  const protocol = types.protocol ? undefined : readProtocol(fields.protocol)
  if (protocol === (said === 'ipv6' ? ICMP : ICMPV6)) {
    problems.push(`${protocol === ICMP ? 'ICMP over IPv6' : 'ICMPv6 over IPv4'} can't be read`)
    spans = [...wholeProtocol(ICMP), ...wholeProtocol(ICMPV6)]
    families = []
  }

  const remote = types.remote ? UNREAD_REMOTE : readRemote(fields, families, reader)
  if (remote.problem && !types.remote) problems.push(remote.problem)
  const problem = problems.length > 0 ? problems.join('; ') : undefined
  if (remote.problem || families.length === 0) families = [...FAMILIES]
  const extents: Extent[] = []
  for (const direction of directions)
    for (const family of families)
      extents.push({ direction, family, services: spans, addresses: remote.addresses(family) })

  return {
    ref: { groupId, ruleId: rule.id, rule },
    extents,
    action: readAction,
    priority,
    // An unreadable rule may match every address, in the set or not: the set doesn't matter.
    set: problem === undefined ? remote.set : -1,
    problem,
  }
}

type RuleRemote = {
  addresses: (family: Family) => readonly AddressRange[] | undefined
  set: number
  problem?: string
}

const EVERYWHERE = () => undefined
const UNREAD_REMOTE: RuleRemote = { addresses: EVERYWHERE, set: -1, problem: "its remote can't be read" }

/** All that a protocol could be with ports that can't be read. */
function wholeOf(said: RuleFields['protocol']): Spans {
  const number = readProtocol(said)
  return number === undefined || Number.isNaN(number) ? ALL_SERVICES : wholeProtocol(number)
}

function readRemote(rule: RuleFields, families: readonly Family[], reader: RuleReader): RuleRemote {
  const { remote_ip_prefix: prefix, remote_group_id: group, remote_address_group_id: addressGroup } = rule
  const given = [prefix, group, addressGroup].filter(Boolean)
  if (given.length > 1) return { addresses: EVERYWHERE, set: -1, problem: 'it names more than one remote' }
  if (prefix) {
    const cidr = reader.cidr(prefix)
    if (!cidr) return { addresses: EVERYWHERE, set: -1, problem: `remote '${prefix}' can't be read` }
    if (families.length === 1 && families[0] !== cidr.family)
      return { addresses: EVERYWHERE, set: -1, problem: `remote '${prefix}' is no ${families[0]} address` }
    return { addresses: (family) => (family === cidr.family ? cidr.ranges : NOWHERE), set: -1 }
  }
  if (addressGroup)
    return oneOf(reader.entries(addressGroup), { kind: 'address_group', id: addressGroup }, reader)
  if (!group) return { addresses: EVERYWHERE, set: -1 }
  return oneOf(reader.members(group), { kind: 'security_group', id: group }, reader)
}

/** A remote that is one of several addresses, or of a named set where they are not known. */
function oneOf(known: ByFamily | undefined, set: RemoteSet, reader: RuleReader): RuleRemote {
  return known
    ? { addresses: (family) => known[family], set: -1 }
    : { addresses: EVERYWHERE, set: reader.numberOf(set) }
}

const NOWHERE: readonly AddressRange[] = []

/**
 * In place of all rules of a group whose rules were not read: it may match anything, or nothing.
 */
export function rulesNotRead(groupId: string): ReadRule {
  return {
    ref: { groupId, ruleId: null, rule: null },
    extents: DIRECTIONS.flatMap((direction) =>
      FAMILIES.map((family) => ({ direction, family, services: [0, 256 * 65536], addresses: undefined })),
    ),
    action: undefined,
    priority: 0,
    set: -1,
    problem: "the group's rules were not read",
  }
}
