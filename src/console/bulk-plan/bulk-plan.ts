import type { BulkChangeRequest } from '../../vpc/bulk-changes-api.ts'
import type { Skipped } from '../../vpc/bulk/apply-intent.ts'
import type { PlannedPort } from '../../vpc/bulk/kinds.ts'
import type { BulkTraffic, KindWithTraffic } from '../../vpc/bulk/kinds-traffic.ts'
import type { SecurityGroup } from '../../vpc/security-group.ts'
import type { Guard } from '../../vpc/traffic/guards.ts'

/** Ports, as places in the list of ports that were planned. */
export type Places = Int32Array

/** A kind of change: its lists, plan, traffic and broken guards, and which ports are of it. */
export type PlannedKind = Omit<KindWithTraffic, 'ports'> & { ports: Places }

/** What an intent comes to, before traffic is compared: each port is in one of the three. */
export type KindsFound = {
  /** How many kinds there are, and of how many ports. */
  kinds: number
  changing: number
  /** What is wanted is so already. */
  unchanged: Places
  skipped: readonly { reason: Skipped; ports: Places }[]
}

/** A change of many ports as it would be made. */
export type BulkPlan = Pick<BulkTraffic, 'others' | 'notCompared'> & {
  /** Those that were asked for: `Places` are places in it. */
  ports: readonly PlannedPort[]
  /** The worst first. */
  kinds: readonly PlannedKind[]
  found: KindsFound
  /** The groups of the kinds, by ID, as far as they are known: for their names. */
  groups: ReadonlyMap<string, SecurityGroup>
  /** The guards that kinds and other ports name by their place. */
  guards: readonly Guard[]
  /** When the oldest rules were read (ms since 1970). */
  readAt: number
}

/** The ports at these places. */
export function portsAt(plan: Pick<BulkPlan, 'ports'>, places: Places): PlannedPort[] {
  return Array.from(places, (place) => plan.ports[place]!)
}

/** The page has something else to do, too, after so many ms. */
const SLICE_MS = 8

/**
 * The request that begins the change that was planned, as JSON: a megabyte and more for ten
 * thousand ports. It is made in slices, and the page goes on between them.
 * @param besides all of the request but its kinds, which are sent in the order of the plan
 */
export async function bulkRequestOf(
  plan: Pick<BulkPlan, 'ports' | 'kinds'>,
  besides: Omit<BulkChangeRequest, 'kinds'>,
): Promise<Blob> {
  const parts = [`${JSON.stringify(besides).slice(0, -1)},"kinds":[`]
  let until = performance.now() + SLICE_MS
  for (const [n, kind] of plan.kinds.entries()) {
    parts.push(`${n === 0 ? '' : ','}${JSON.stringify(askedKind(plan, kind))}`)
    if (performance.now() < until) continue
    await new Promise((resolve) => setTimeout(resolve))
    until = performance.now() + SLICE_MS
  }
  return new Blob([...parts, ']}'], { type: 'application/json' })
}

/** A kind as the proxy takes it. */
function askedKind(
  plan: Pick<BulkPlan, 'ports'>,
  { list, desired, plan: { steps }, ports }: PlannedKind,
): BulkChangeRequest['kinds'][number] {
  return {
    planned_from: [...list],
    desired: [...desired],
    steps: steps.map(({ step }) => step),
    ports: portsAt(plan, ports).map(({ port_id, name, updated_at }) => ({
      port_id,
      name,
      port_updated_at: updated_at,
    })),
  }
}
