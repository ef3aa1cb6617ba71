import * as z from 'zod/mini'
import { shown } from './shown.ts'

const text = z.nullish(z.string())

/**
 * An address group (docs/platform.md, Objects), which rules name by `remote_address_group_id`. An
 * entry of `ip_set` is an address, a network, or a range (`10.0.0.1-10.0.0.9`). `ip_extra_set` has
 * the same entries with remarks. Parsed tolerantly: unknown fields are kept.
 */
export const addressGroup = z.looseObject({
  id: z.string(),
  name: text,
  description: text,
  ip_set: z.nullish(z.array(z.string())),
  ip_version: z.nullish(z.number()),
  ip_extra_set: z.nullish(z.array(z.looseObject({ ip: text, remarks: text }))),
  max_capacity: z.nullish(z.number()),
  status: text,
  status_message: text,
  tenant_id: text,
  enterprise_project_id: text,
  tags: shown,
  created_at: text,
  updated_at: text,
})

/** An address group, as the platform shows it. */
export type AddressGroup = z.infer<typeof addressGroup>
