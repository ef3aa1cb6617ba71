import type { Family } from './addresses.ts'
import type { CertainChange, Change, Decision } from './decisions.ts'
import type { Direction } from './directions.ts'
import type { RemoteSet } from './rules.ts'
import type { ServiceRange } from './service-ranges.ts'

/**
 * Remote addresses: those in `ranges` that are in all sets of `memberOf` and in none of
 * `notMemberOf`.
 */
export type FlowRemote = {
  /** First and last address, in order and apart; IPv4 dotted, IPv6 as RFC 5952. */
  ranges: readonly { from: string; to: string }[]
  /** The share of all addresses of the family that `ranges` has: 1 is every address. */
  share: number
  memberOf: readonly RemoteSet[]
  notMemberOf: readonly RemoteSet[]
}

/**
 * Traffic whose verdict changes, or may change, in one and the same way: each service with each
 * remote.
 */
export type Flow = {
  change: Change
  /** What the change may come to: itself, unless it is undecided. */
  may: readonly CertainChange[]
  /**
   * Certain, and the same for every remote in `ranges`, whichever sets it is in. There may be other
   * flows for remotes in other sets.
   */
  everyRemote: boolean
  direction: Direction
  family: Family
  services: readonly ServiceRange[]
  remote: FlowRemote
  before: Decision
  after: Decision
}
