import { sameList } from '../../vpc/list-difference.ts'
import type { Arrangement } from './arrangement.ts'

/** True when both lead from the same list to the same list. */
export function sameChange(one: Arrangement, other: Arrangement): boolean {
  return sameList(one.madeFor, other.madeFor) && sameList(one.desired, other.desired)
}

/** The same arrangement, sent as the operation of that ID. */
export function sentAs(arrangement: Arrangement, operationId: string): Arrangement {
  return { ...arrangement, operationId }
}
