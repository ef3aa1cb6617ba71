import * as z from 'zod/mini'

/**
 * Response of POST signOut: where the provider's own session is ended, or null where there is none
 * to end.
 */
export const signedOut = z.object({ go_to: z.nullable(z.string()) })
