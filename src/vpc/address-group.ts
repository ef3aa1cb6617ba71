import * as z from 'zod/mini'
import { shown } from './shown-field.ts'

/**
 * An address group (docs/platform.md, Objects), which rules name by `remote_address_group_id`. An
 * entry of `ip_set` is an address, a network, or a range (`10.0.0.1-10.0.0.9`). `ip_extra_set` has
 * the same entries with remarks. Its entries
 * decide traffic; all else is kept as it came.
 */
export const addressGroup = z.looseObject({
  id: z.string(),
  name: shown,
  description: shown,
  ip_set: z.nullish(z.array(z.string())),
  ip_version: shown,
  ip_extra_set: shown,
  max_capacity: shown,
  status: shown,
  status_message: shown,
  tenant_id: shown,
  enterprise_project_id: shown,
  tags: shown,
  created_at: shown,
  updated_at: shown,
})

/** An address group, as the platform shows it. */
export type AddressGroup = z.infer<typeof addressGroup>
