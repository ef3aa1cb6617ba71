import * as z from 'zod/mini'

/**
 * An odd form of one object: wherever a response has an object with this `id` (a port, a group, a
 * rule, an address group), the fields of `set` take the place of its own, null and all, and the
 * fields that `remove` names are left out. A field is replaced whole. `id` itself may be set too.
 * With `path`, only in responses to calls whose path with its query contains it.
 *
 * Only what is shown changes. The emulator goes on with the true object: filters, checks and
 * changes see that one, and so do the reads under `/_emulator`.
 */
const overlay = z.strictObject({
  id: z.string(),
  path: z.optional(z.string()),
  set: z.optional(z.record(z.string(), z.any())),
  remove: z.optional(z.array(z.string())),
})
/** An odd form of one object. */
export type Overlay = z.infer<typeof overlay>

/** Body of PUT /_emulator/overlays: they take the place of those before. */
export const overlaysRequest = z.strictObject({ overlays: z.array(overlay) })

/** A response's body with the overlays on its objects. */
export function overlaid<T>(body: T, overlays: readonly Overlay[], url: string): T {
  const struck = overlays.filter(({ path }) => path === undefined || url.includes(path))
  return struck.length === 0 ? body : (lay(body, struck) as T)
}

function lay(value: unknown, overlays: readonly Overlay[]): unknown {
  if (Array.isArray(value)) return value.map((one) => lay(one, overlays))
  if (typeof value !== 'object' || value === null) return value
  const { id } = value as { id?: unknown }
  let fields = Object.entries(value).map(([name, field]) => [name, lay(field, overlays)] as const)
  for (const { id: wanted, set = {}, remove = [] } of overlays)
    if (id === wanted)
      fields = [
        ...fields.filter(([name]) => !Object.hasOwn(set, name) && !remove.includes(name)),
        ...Object.entries(set),
      ]
  return Object.fromEntries(fields)
}
