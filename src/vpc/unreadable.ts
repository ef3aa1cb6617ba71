import * as z from 'zod/mini'
import { MOST_FIELDS_NAMED } from './limits.ts'
import type { UNREADABLE } from './unreadable-marks.ts'

/**
 * An entry that can't be read: its place in the platform's list, from 0; its ID where it has one.
 */
const unreadableEntry = z.object({
  place: z.number(),
  id: z.nullable(z.string()),
  why: z.string(),
})
/** An entry of a list that can't be read. */
export type UnreadableEntry = z.infer<typeof unreadableEntry>

/**
 * The entries of one page that can't be read: how many, and the first ten of them.
 * `more_may_follow`: what the platform sent does not say whether there is a next page.
 */
export const unreadableEntries = z.object({
  count: z.number(),
  entries: z.array(unreadableEntry).check(z.maxLength(MOST_FIELDS_NAMED)),
  more_may_follow: z.optional(z.boolean()),
})
/** The entries of a page that can't be read. */
export type UnreadableEntries = z.infer<typeof unreadableEntries>

/** A response that may name such entries. */
export type WithUnreadable = { [UNREADABLE]?: UnreadableEntries | undefined }
