import type { BulkPlan, PlannedKind } from '../bulk-plan/bulk-plan.ts'
import { joinAnd } from '../../vpc/traffic/service-ranges.ts'
import type { Skipped } from '../../vpc/bulk/apply-intent.ts'

/** How many ports have each effect; a port may count in several. */
export type PlanFigures = {
  changing: number
  /** Something is newly allowed, for good or for a while. */
  opening: number
  toAnywhere: number
  /** Something is newly denied, for good or for a while. */
  cutting: number
  /** What changes can't be decided, or not all of it was compared. */
  undecided: number
  withoutGroup: number
  breaking: number
  leftOut: number
}

/** The figures of a plan. */
export function figuresOf({ kinds, found }: Pick<BulkPlan, 'kinds' | 'found'>): PlanFigures {
  const portsIn = (is: (kind: PlannedKind) => boolean) =>
    kinds.reduce((sum, kind) => sum + (is(kind) ? kind.ports.length : 0), 0)
  return {
    changing: portsIn(() => true),
    opening: portsIn((kind) => countOf(kind, 'newly_allowed') > 0),
    toAnywhere: portsIn(opensToAnywhere),
    cutting: portsIn((kind) => countOf(kind, 'newly_denied') > 0),
    undecided: portsIn(isUndecided),
    withoutGroup: portsIn(({ desired, portSecurity }) => desired.length === 0 && portSecurity),
    breaking: portsIn(({ broken }) => broken.length > 0),
    leftOut: found.unchanged.length + found.skipped.reduce((sum, { ports }) => sum + ports.length, 0),
  }
}

function countOf({ traffic }: PlannedKind, change: 'newly_allowed' | 'newly_denied' | 'undecided'): number {
  return traffic === null ? 0 : traffic.end.counts[change] + traffic.inBetween.counts[change]
}

/** True where something is opened to anywhere, in the end or on the way. */
function opensToAnywhere({ traffic }: Pick<PlannedKind, 'traffic'>): boolean {
  return traffic !== null && traffic.end.toAnywhere + traffic.inBetween.toAnywhere > 0
}

/** True where it is not known what changes. */
function isUndecided(kind: PlannedKind): boolean {
  const { traffic } = kind
  return traffic !== null && countOf(kind, 'undecided') + traffic.unreadable + traffic.notCompared.length > 0
}

/** Why ports are left out, counted: '5 are so already, 1 has no room'. */
export function leftOutWords({ unchanged, skipped }: BulkPlan['found']): string {
  const words = [
    ...(unchanged.length > 0
      ? [`${unchanged.length.toLocaleString('en')} ${unchanged.length === 1 ? 'is' : 'are'} so already`]
      : []),
    ...skipped.map(({ reason, ports }) => `${ports.length.toLocaleString('en')} ${REASONS[reason.why]}`),
  ]
  return words.length === 0 ? 'none' : joinAnd([...new Set(words)])
}

const REASONS: Record<Skipped['why'], string> = {
  too_many: 'without room for more groups',
  missing: 'without a group that is needed there',
  none_to_move: 'with nothing to move',
  twice: 'with a group twice',
  odd_id: 'with an odd ID',
  no_plan: 'to which no calls lead',
  too_long: 'with too long a list',
  too_many_kinds: 'of one kind too many',
}
