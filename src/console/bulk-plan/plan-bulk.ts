import type { QueryClient } from '@tanstack/react-query'
import type { PlannedPort } from '../../vpc/bulk/kinds.ts'
import { guardsQuery } from '../proxy-client/guards-query.ts'
import type { BulkPlan, KindsFound } from './bulk-plan.ts'
import type { BulkPlanClient } from './bulk-plan-client.ts'
import type { Wanted } from './messages.ts'
import { readFacts, type RulesRead } from './read-facts.ts'

/** How far a plan is; `found` is known before traffic is compared. */
export type BulkProgress = {
  state: 'reading' | 'planning'
  /** Groups whose rules are read; then kinds, and lists of other ports, that are compared. */
  progress: { done: number; of: number }
  found: KindsFound | undefined
}

type Asked = {
  project: string
  ports: readonly PlannedPort[]
  wanted: Wanted
  queryClient: QueryClient
  client: BulkPlanClient
  rules: RulesRead
  signal: AbortSignal
  report: (progress: BulkProgress) => void
}

/**
 * Plans a change of many ports: finds its kinds, reads what their traffic is compared by, and
 * compares it in the worker.
 * @throws CallError when rules or guards can't be read; PlanUnavailable when the worker fails; the
 *   signal's reason
 */
export async function planBulk(asked: Asked): Promise<BulkPlan> {
  const { project, ports, wanted, queryClient, client, rules, signal, report } = asked
  report({ state: 'reading', progress: { done: 0, of: 0 }, found: undefined })
  const { found, toRead } = await client.find(ports, wanted, signal)
  const plan = { ports, found, groups: rules.groups }
  if (found.kinds === 0)
    return { ...plan, kinds: [], others: [], notCompared: [], guards: [], readAt: Date.now() }

  const [facts, guards] = await Promise.all([
    readFacts(toRead, {
      project,
      queryClient,
      rules,
      changed: changedPorts(ports, found),
      signal,
      onRules: (read) => client.sendRules(read),
      onProgress: (done, of) => report({ state: 'reading', progress: { done, of }, found }),
    }),
    queryClient.fetchQuery(guardsQuery()),
  ])
  signal.throwIfAborted()
  report({ state: 'planning', progress: { done: 0, of: 0 }, found })
  const compared = await client.compare(
    { ...facts, guards },
    (progress) => report({ state: 'planning', progress, found }),
    signal,
  )
  return { ...plan, ...compared, guards, readAt: rules.oldest(toRead.groups) }
}

/** The IDs of the ports on which something changes. */
function changedPorts(
  ports: readonly PlannedPort[],
  { unchanged, skipped }: KindsFound,
): ReadonlySet<string> {
  const changed = new Set(ports.map(({ port_id }) => port_id))
  for (const place of [unchanged, ...skipped.map((one) => one.ports)].flatMap((places) => [...places]))
    changed.delete(ports[place]!.port_id)
  return changed
}
