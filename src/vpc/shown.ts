import * as z from 'zod/mini'

/**
 * A field that Portside only shows, whatever the platform sent in it: one odd value in a field that
 * nothing depends on hides nothing (docs/platform.md, Objects). It is read by the functions
 * below.
 */
export const shown = z.optional(z.unknown())

/**
 * A text to show. A number or a boolean in its place is shown as it was sent; undefined when there
 * is nothing, or no text can be made of it.
 */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** A boolean, also as the text 'true' or 'false'; undefined for anything else. */
export function flagOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  const text = typeof value === 'string' ? value.trim().toLowerCase() : undefined
  return text === 'true' || text === 'false' ? text === 'true' : undefined
}

/** The objects in a list; none when it is no list. What in it is no object is left out. */
export function objectsOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** True for an object that is no array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** True when a value says nothing: it is missing, null, or an empty text, list or object. */
export function saysNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}
