import * as z from 'zod/mini'

/**
 * A field that Portside only shows, whatever the platform sent in it: one odd value in a field that
 * nothing depends on hides nothing (docs/platform.md, Objects). It is read by the functions
 * of shown.ts, which is apart so that what compares traffic takes no schemas along.
 */
export const shown = z.optional(z.unknown())
