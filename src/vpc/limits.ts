import * as z from 'zod/mini'

/**
 * The most steps of a plan: as many as it takes to reverse the longest list (port.ts,
 * MOST_GROUPS_PER_PORT).
 */
export const MOST_STEPS = 200
/** The most characters of a text that is searched for. */
export const LONGEST_SEARCH = 200
/** The most characters of a text in a request: longer than any name that the platform takes. */
const LONGEST_TEXT = 255
/** The most values of one name in a query. */
export const MOST_VALUES = 200
/** The most fields that a refusal names. */
export const MOST_FIELDS_NAMED = 10

/**
 * The largest body of a request, in bytes: a plan with every list and step at its most fits in,
 * written with indents too.
 */
export const LARGEST_BODY = 128 * 1024

const LAST_ROW = 2n ** 63n - 1n

/** True for the number of a row in the database: it names the end of a page. */
export function isRow(text: string): boolean {
  return /^\d{1,19}$/.test(text) && BigInt(text) <= LAST_ROW
}

/**
 * A text of a request: at most `most` characters, none of them U+0000, which no database's text can
 * hold.
 */
export function boundedText(most: number = LONGEST_TEXT) {
  return z
    .string()
    .check(
      z.maxLength(most, `must have at most ${most} characters`),
      z.regex(/^[^\0]*$/, 'must not have the character U+0000'),
    )
}

/**
 * A list of a request. Its length is checked before its items: a list that is too long costs no
 * more than counting.
 * @param what what it holds, for the refusal: `security groups`
 */
export function boundedList<S extends z.ZodMiniType>(of: S, most: number, what: string) {
  return z.pipe(
    z.array(z.any()).check(z.maxLength(most, `must have at most ${most} ${what}`)),
    z.array(of).check(z.maxLength(most)),
  )
}
