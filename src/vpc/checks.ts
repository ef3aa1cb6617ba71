import * as z from 'zod/mini'
import { portsideError } from './errors.ts'

/**
 * What a check found out about one step.
 * - `platform`: the platform's dry run passed, status 202 (docs/platform.md, Insert, Table 2,
 *   `dry_run`); `refused`: with an error.
 * - `platform_partly`: a replacement. The platform's dry run found that `groups`, which are new to
 *   the port, can be inserted; it can't check the replacement itself.
 * - `portside`: it rests on an earlier step, or is a replacement without new groups. The platform
 *   can't check it, so Portside did, against the schemas and the model of the list.
 * - `failed`: the call to the platform failed, or its response did not say yes or no. `skipped`:
 *   not sent after such a failure.
 */
const stepCheck = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('platform'), request_id: z.nullable(z.string()) }),
  z.object({
    kind: z.literal('platform_partly'),
    request_id: z.nullable(z.string()),
    groups: z.array(z.string()),
  }),
  z.object({ kind: z.literal('refused'), status: z.number(), error: portsideError }),
  z.object({ kind: z.literal('portside') }),
  z.object({ kind: z.literal('portside_refused'), problem: z.string() }),
  z.object({ kind: z.literal('failed'), status: z.number(), error: portsideError }),
  z.object({ kind: z.literal('skipped') }),
])
/** What a check found out about one step. */
export type StepCheck = z.infer<typeof stepCheck>

/** Response of POST portChecks: one result for each step, and the dry run's audit record. */
export const checkResponse = z.object({ record_id: z.string(), checks: z.array(stepCheck) })
