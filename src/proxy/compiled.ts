import * as z from 'zod/mini'

const forms = new WeakMap<z.ZodMiniType, z.ZodMiniType>()

/**
 * The compiled form of a schema, made when it is first asked for: to compile those of all routes
 * takes a fifth of the CPU of a start.
 */
export function compiled<T extends z.ZodMiniType>(schema: T): T {
  let form = forms.get(schema) as T | undefined
  if (!form) forms.set(schema, (form = z.compile(schema)))
  return form
}
