import type { FastifyBaseLogger } from 'fastify'
import { portsAnswer, rulesAnswer } from '../../vpc/answers.ts'
import { listsAfter, stepsLead } from '../../vpc/change-plan.ts'
import { paths } from '../../vpc/paths.ts'
import type { OperationRequest } from '../../vpc/portside-api.ts'
import { queryString } from '../../vpc/requests.ts'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import {
  explain,
  guardText,
  guardViolations,
  membersOfGroups,
  readMembers,
  remoteGroupIds,
  RuleBook,
  trafficOfPlan,
  type Guard,
} from '../../vpc/traffic/index.ts'
import { ownError, ProxyError } from '../errors.ts'
import type { Upstream } from '../upstream/upstream.ts'

/** A plan as it was asked for, and what the operator typed. */
type Asked = Omit<OperationRequest, 'operation_id'> & { project_id: string; port_id: string; user: string }

const IDS_PER_CALL = 50
const LARGEST_PAGE = 2000
/** The longest that remote groups are resolved for: the operator waits for the answer. */
const RESOLVING_MS = 10_000

/**
 * Holds a plan against the guards, with the rules as they are now: what passes after each of its steps, compared with the list
 * that it starts from. What can't be read or decided counts as broken.
 * @throws ProxyError Portside.GuardBroken, unless `confirmed_by` is the port's name or ID; UpstreamError when the port
 *   can't be read
 */
export async function holdAgainstGuards(
  guards: readonly Guard[],
  upstream: Upstream,
  asked: Asked,
  log: FastifyBaseLogger,
): Promise<void> {
  const { project_id, port_id, planned_from, desired, steps, confirmed_by, user } = asked
  // A plan that can't be carried out is refused as such.
  if (guards.length === 0 || stepsLead(planned_from, steps, desired)) return
  const { port } = await upstream.readPort(project_id, port_id)
  const broken = await brokenGuards(guards, upstream, asked, port.port_security_enabled)
  if (broken.length === 0) return
  const typed = confirmed_by?.trim()
  if (typed && (typed === port.name || typed.toLowerCase() === port.id.toLowerCase())) {
    log.warn({ port_id, user, guards: broken.map(({ guard }) => guard.name) }, 'guards broken as confirmed')
    return
  }
  throw ownError(
    'Portside.GuardBroken',
    broken.map(({ guard, why }) => `Guard '${guard.name}' (${guardText(guard)}): ${why}`).join(' '),
    {
      outcome: 'not_sent',
      fields: broken.map(({ guard, why }) => ({ path: `guards.${guard.name}`, message: why })),
      advice: typed
        ? `'${typed}' is neither the name nor the ID of the port. Type one of them to apply the change all the same.`
        : "Change the arrangement, or type the port's name or ID to apply it all the same.",
    },
  )
}

type Broken = { guard: Guard; why: string }

async function brokenGuards(
  guards: readonly Guard[],
  upstream: Upstream,
  { project_id, planned_from, steps }: Asked,
  portSecurity: boolean | null | undefined,
): Promise<Broken[]> {
  if (portSecurity === false) return []
  const lists = [planned_from, ...listsAfter(planned_from, steps)]
  let rules: Map<string, SecurityGroupRule[]>
  try {
    rules = await readRules(upstream, project_id, [...new Set(lists.flat())])
  } catch (error) {
    if (!(error instanceof ProxyError)) throw error
    const why = `it could not be decided, as the rules could not be read (${error.error.error_code}).`
    return guards.map((guard) => ({ guard, why }))
  }
  const broken = brokenBy(guards, lists, new RuleBook(rules))
  if (broken.every(({ certain }) => certain)) return broken
  // With its remote groups named only, a plan breaks what it may break; with their addresses, what it does break.
  const members = await readAllMembers(upstream, project_id, remoteGroupIds([...rules.values()].flat()))
  return brokenBy(guards, lists, new RuleBook(rules, { membersOf: (id) => members.get(id) }))
}

/** The guards that the lists break, the first being the one that stands, the others after each step. */
function brokenBy(
  guards: readonly Guard[],
  lists: readonly (readonly string[])[],
  book: RuleBook,
): (Broken & { certain: boolean })[] {
  const traffic = trafficOfPlan({ portSecurity: true, lists, book })
  if (traffic.kind === 'port_security_off') return []
  const broken = new Map<Guard, { why: string; certain: boolean }>()
  for (const [index, difference] of traffic.afterStep.entries())
    for (const { guard, regions, certain } of guardViolations(difference, guards)) {
      if (broken.has(guard)) continue
      const when = index < traffic.afterStep.length - 1 ? `After step ${index + 1}, in between: ` : ''
      const more = regions.length > 1 ? ` And ${regions.length - 1} more.` : ''
      const open = certain ? '' : 'It could not be decided for certain. '
      broken.set(guard, { why: `${open}${when}${explain(regions[0]!)}${more}`, certain })
    }
  return [...broken].map(([guard, found]) => ({ guard, ...found }))
}

/** The addresses of the ports in groups, where all of them can be read in time; the others are left out. */
async function readAllMembers(
  upstream: Upstream,
  projectId: string,
  groupIds: readonly string[],
): Promise<Map<string, readonly string[]>> {
  const signal = AbortSignal.timeout(RESOLVING_MS)
  const members = await membersOfGroups(groupIds, async (id) => {
    try {
      return await readMembers(async (marker) => {
        const query = queryString({ security_groups: [id], limit: LARGEST_PAGE, marker })
        return (await upstream.read(paths.ports(projectId), query, portsAnswer, signal)).data
      })
    } catch (error) {
      if (!(error instanceof ProxyError) && !signal.aborted) throw error
      return { unresolved: 'its ports could not be read' }
    }
  })
  return new Map([...members].flatMap(([id, read]) => ('addresses' in read ? [[id, read.addresses]] : [])))
}

async function readRules(
  upstream: Upstream,
  projectId: string,
  groupIds: readonly string[],
): Promise<Map<string, SecurityGroupRule[]>> {
  const rules = new Map<string, SecurityGroupRule[]>(groupIds.map((id) => [id, []]))
  for (let at = 0; at < groupIds.length; at += IDS_PER_CALL) {
    const security_group_id = groupIds.slice(at, at + IDS_PER_CALL)
    const used = new Set<string | undefined>()
    let marker: string | undefined
    do {
      const query = queryString({ security_group_id, limit: LARGEST_PAGE, marker })
      const { data } = await upstream.read(paths.rules(projectId), query, rulesAnswer)
      for (const rule of data.security_group_rules) rules.get(rule.security_group_id)?.push(rule)
      used.add(marker)
      marker = data.page_info?.next_marker ?? undefined
    } while (marker && !used.has(marker))
  }
  return rules
}
