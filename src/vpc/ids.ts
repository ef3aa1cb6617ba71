import * as z from 'zod/mini'

// Written out for both cases: a flag would be lost where the pattern is described as JSON Schema.
const UUID_FORM = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/

/**
 * An ID in UUID format with hyphens (docs/platform.md, Objects, Table 5, `id`).
 * Any version and variant passes: the reference asks for the format only.
 */
export const uuid = z
  .string()
  .check(
    z.maxLength(36, { error: 'must be a UUID with hyphens', abort: true }),
    z.regex(UUID_FORM, 'must be a UUID with hyphens'),
  )

/** True when `text` has the form of a UUID with hyphens. */
export function isUuid(text: string): boolean {
  return UUID_FORM.test(text)
}

/**
 * A project ID in a path: 32 hexadecimal digits on the platform (docs/platform.md, Insert); any run
 * of letters, digits, hyphens and underscores is let through.
 */
export const projectId = z
  .string()
  .check(
    z.maxLength(64, { error: 'must be a project ID', abort: true }),
    z.regex(/^[0-9a-zA-Z_-]+$/, 'must be a project ID'),
  )
