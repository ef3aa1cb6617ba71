import * as z from 'zod/mini'

/** More of them are not listed, only that there are more. */
export const MOST_AWAITING_CHOICE = 100

/** An operation that waits for the operator's choice, as far as it has to be found. */
const waitingOperation = z.object({
  operation_id: z.string(),
  port_id: z.string(),
  /** As the port was called when the operation read it. */
  port_name: z.nullable(z.string()),
  user: z.string(),
  created_at: z.string(),
})
/** An operation that waits for the operator's choice. */
export type WaitingOperation = z.infer<typeof waitingOperation>

/**
 * Response of GET awaitingChoice: newest first; `more` where there are more than
 * MOST_AWAITING_CHOICE. It costs no call of the platform.
 */
export const awaitingChoiceResponse = z.object({ operations: z.array(waitingOperation), more: z.boolean() })
