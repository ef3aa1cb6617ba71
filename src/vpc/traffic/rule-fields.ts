import type { SecurityGroupRule } from '../security-group.ts'
import { saysNothing } from '../shown.ts'

/** The fields of a rule that decide traffic, each in its documented type. */
export type RuleFields = {
  direction: string
  ethertype: string | undefined
  protocol: string | number | undefined
  /** Ports, or ICMP type and code: `multiport`, else `port_range_min` and `port_range_max`. */
  ports: string | number | undefined
  action: string | undefined
  priority: number | undefined
  remote_ip_prefix: string | undefined
  remote_group_id: string | undefined
  remote_address_group_id: string | undefined
}

/** What can't be read in the fields of a rule; each is one reason, in words. */
type FieldProblems = {
  /** Of a field in another type than documented: what is read in its place is nothing. */
  direction?: string
  ethertype?: string
  protocol?: string
  ports?: string
  action?: string
  priority?: string
  remote?: string
  enabled?: string
  /** Of a field that Portside does not know, and that says something. */
  unknown?: string
}

/**
 * The fields that a rule may have: those that are read, and those that say nothing of traffic
 * (docs/platform.md, Objects; the fields of OpenStack's rules beside them).
 */
const KNOWN: ReadonlySet<string> = new Set(
  (
    'id security_group_id direction description protocol ethertype multiport port_range_min ' +
    'port_range_max action priority remote_group_id remote_ip_prefix remote_address_group_id enabled project_id ' +
    'tenant_id created_at updated_at name tags revision_number standard_attr_id'
  ).split(' '),
)
const LONGEST_SHOWN = 60

/**
 * Reads the fields of a rule by their types. A value of another type than documented is not
 * guessed at: it is a problem, and so is a field that Portside does not know and that says
 * something. Null and an empty text say nothing; of such a field, an empty list or object neither.
 */
export function ruleFields(rule: SecurityGroupRule): TypedRule {
  const known = typed.get(rule)
  if (known) return known
  const read = readFields(rule)
  typed.set(rule, read)
  return read
}

type TypedRule = { fields: RuleFields; problems: FieldProblems }
/** Rules never change, and are asked for again with each flow that they decide. */
const typed = new WeakMap<SecurityGroupRule, TypedRule>()

function readFields(rule: SecurityGroupRule): TypedRule {
  const problems: FieldProblems = {}
  const text = (name: Exclude<keyof RuleFields, 'ports'>, part: keyof FieldProblems) => {
    const value: unknown = rule[name]
    if (typeof value === 'string') return value
    if (isAbsent(value)) return undefined
    problems[part] ??= `${name} ${inShort(value)} can't be read`
    return undefined
  }
  const textOrNumber = (name: 'protocol' | 'multiport', part: keyof FieldProblems) => {
    const value: unknown = rule[name]
    if (typeof value === 'number' || typeof value === 'string') return value
    if (isAbsent(value)) return undefined
    problems[part] ??= `${name} ${inShort(value)} can't be read`
    return undefined
  }
  const { enabled, priority } = rule
  if (typeof enabled !== 'boolean' && !isAbsent(enabled))
    problems.enabled = `enabled ${inShort(enabled)} can't be read`
  if (typeof priority !== 'number' && !isAbsent(priority))
    problems.priority = `priority ${inShort(priority)} can't be read`
  const unknown = Object.keys(rule).filter((name) => !KNOWN.has(name) && !saysNothing(rule[name]))
  if (unknown.length > 0)
    problems.unknown = `what ${inShort(unknown[0])} means is not known${unknown.length > 1 ? `, nor ${unknown.length - 1} more of its fields` : ''}`
  const multiport = textOrNumber('multiport', 'ports')
  const range = portRange(rule)
  if (range.problem) problems.ports ??= range.problem
  const said = multiport === undefined ? '' : String(multiport).trim()
  if (said !== '' && range.ports !== undefined && said.replace(/\s/g, '') !== range.ports)
    problems.ports ??= `multiport ${inShort(multiport)} and the range ${range.ports} differ`
  return {
    fields: {
      direction: text('direction', 'direction') ?? '',
      ethertype: text('ethertype', 'ethertype'),
      protocol: textOrNumber('protocol', 'protocol'),
      ports: said === '' ? (range.ports ?? multiport) : multiport,
      action: text('action', 'action'),
      priority: typeof priority === 'number' ? priority : undefined,
      remote_ip_prefix: text('remote_ip_prefix', 'remote'),
      remote_group_id: text('remote_group_id', 'remote'),
      remote_address_group_id: text('remote_address_group_id', 'remote'),
    },
    problems,
  }
}

/**
 * What a rule does, in lower case: allow where it doesn't say. Undefined where that can't be read,
 * or a field that is not known may turn it.
 */
export function actionOf({ fields, problems }: TypedRule): string | undefined {
  return problems.action || problems.unknown ? undefined : (fields.action || 'allow').toLowerCase()
}

/**
 * `port_range_min` and `port_range_max`, the older form of `multiport` (docs/platform.md, Regions
 * without v3): ports from the one to the other, or an ICMP type and, with the second, its code.
 */
export function portRange(rule: SecurityGroupRule): { ports?: string; problem?: string } {
  const { port_range_min: min, port_range_max: max } = rule
  if (isAbsent(min) && isAbsent(max)) return {}
  const problem = `port range ${inShort(min ?? null)} to ${inShort(max ?? null)} can't be read`
  if (isIcmp(rule.protocol)) {
    if (!isNumber(min) || !(isAbsent(max) || isNumber(max))) return { problem }
    return { ports: isAbsent(max) ? `${min}` : `${min},${max as number}` }
  }
  if (!isNumber(min) || !isNumber(max)) return { problem }
  return { ports: min === max ? `${min}` : `${min}-${max}` }
}

function isIcmp(protocol: unknown): boolean {
  return /^\s*(?:icmp|icmpv6|0*1|0*58)\s*$/i.test(String(protocol))
}

/** True for a field that is missing, null or an empty text. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65535
}

/** A value in words that fit in a sentence: texts in quotes, anything else as JSON. */
function inShort(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : JSON.stringify(value)
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 1)}…` : text
}
