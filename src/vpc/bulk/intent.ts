import * as z from 'zod/mini'
import { uuid } from '../ids.ts'
import { boundedList } from '../limits.ts'
import { MOST_GROUPS_PER_PORT } from '../port.ts'

const groups = boundedList(uuid, MOST_GROUPS_PER_PORT, 'security groups')
const someGroups = groups.check(z.minLength(1, 'must name at least one security group'))

/**
 * A place in a port's list. `position` counts from 0, as insertIndex: groups go before what is
 * there now; a shorter list takes them at its end. `above` and `below`: next to a group.
 */
const place = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('top') }),
  z.strictObject({ kind: z.literal('end') }),
  z.strictObject({
    kind: z.literal('position'),
    position: z
      .int()
      .check(
        z.gte(0, 'must be 0 or more'),
        z.lte(MOST_GROUPS_PER_PORT - 1, `must be at most ${MOST_GROUPS_PER_PORT - 1}`),
      ),
  }),
  z.strictObject({ kind: z.literal('above'), group: uuid }),
  z.strictObject({ kind: z.literal('below'), group: uuid }),
])
/** A place in a port's list. */
export type Place = z.infer<typeof place>

/**
 * What is wanted on many ports, said once; `applyIntent` makes the list of each port of it.
 * - `insert`: the groups that a port lacks go to the place, in this order; those that it has stay
 *   where they are.
 * - `put`: the groups come before (`above`) or after (`below`) another one, wherever both are: what
 *   is so already stays. Where the port lacks one of `groups`, it is inserted, or the port is left
 *   out.
 * - `move`: the groups that the port has go to the place, next to each other in this order; a port
 *   that has none of them is left out.
 * - `detach`: the groups that the port has go; a port that has none stays as it is.
 * - `replace`: `by` takes the position of `group`; where the port has `by` already, `group` goes
 *   and `by` takes the better of both positions.
 * - `exactly`: the list is this one.
 */
export const intent = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('insert'), groups: someGroups, place }),
  z.strictObject({
    kind: z.literal('put'),
    groups: someGroups,
    order: z.enum(['above', 'below']),
    group: uuid,
    where_missing: z.enum(['insert', 'leave_out']),
  }),
  z.strictObject({ kind: z.literal('move'), groups: someGroups, place }),
  z.strictObject({ kind: z.literal('detach'), groups: someGroups }),
  z.strictObject({ kind: z.literal('replace'), group: uuid, by: uuid }),
  z.strictObject({ kind: z.literal('exactly'), groups }),
])
/** What is wanted on many ports. */
export type Intent = z.infer<typeof intent>
