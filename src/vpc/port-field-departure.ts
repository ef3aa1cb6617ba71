import { isDocumentedDeviceOwner } from './device-owner.ts'
import { isUuid } from './ids.ts'
import type { PortField } from './port-fields.ts'

/**
 * Where a value isn't as its field is documented (docs/platform.md, Objects, Tables 5 to 10): a
 * wrong type, a value that a closed list does not have, a text of another form or length. The
 * fields inside an object, or inside an array's objects, are fields of their own.
 * @returns what is odd, in words; undefined when nothing is. An empty text is no departure: the
 *   reference's own example has empty IDs.
 */
export function departure(field: PortField, value: unknown): string | undefined {
  if (value === undefined) return undefined
  const kind = kindOf(field)
  if (!isKind(kind, value)) return `${typeWords(value)}; documented is ${field.type}`
  if (typeof value === 'string') return textDeparture(field, value)
  if (field.name === 'tags' && Array.isArray(value)) return repeatedKey(value)
  return undefined
}

/** The keys of an object that the documentation does not have. */
export function undocumentedKeys(fields: readonly PortField[], value: object): string[] {
  const known = new Set(fields.map((field) => field.name))
  return Object.keys(value).filter((key) => !known.has(key))
}

/** Whether a field holds one thing or many, by its type in the table. */
export function kindOf({ type }: PortField): 'boolean' | 'text' | 'texts' | 'object' | 'objects' {
  if (type === 'Boolean') return 'boolean'
  if (type === 'String') return 'text'
  if (type === 'Array of strings') return 'texts'
  return type.startsWith('Array of') ? 'objects' : 'object'
}

function isKind(kind: ReturnType<typeof kindOf>, value: unknown): boolean {
  switch (kind) {
    case 'boolean':
      return typeof value === 'boolean'
    case 'text':
      return typeof value === 'string'
    case 'texts':
      return Array.isArray(value) && value.every((one) => typeof one === 'string')
    case 'objects':
      return Array.isArray(value) && value.every(isObject)
    case 'object':
      return isObject(value)
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textDeparture(field: PortField, value: string): string | undefined {
  if (value === '')
    return field.table === 9 && field.name === 'key' ? 'a tag key cannot be left blank' : undefined
  if (field.values !== undefined && !field.values.includes(value)) return 'not among the documented values'
  if (field.maxLength !== undefined && [...value].length > field.maxLength)
    return `longer than the documented ${field.maxLength} characters`
  if (field.name === 'description' && /[<>]/.test(value))
    return 'has angle brackets, against the documentation'
  if (field.table === 10 && value === '0.0.0.0/0')
    return 'the IP address cannot be 0.0.0.0/0, by the documentation'
  if (field.form === 'UUID' && !isUuid(value)) return 'not in UUID format with hyphens'
  if (field.form === 'time' && !isTime(value)) return 'not in the documented format of a time'
  if (field.form === 'device owner' && !isDocumentedDeviceOwner(value))
    return 'not among the documented values'
  return undefined
}

/** The table asks for yyyy-MM-ddTHH:mm:ss; its own example adds fractions and a zone. */
function isTime(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?$/.test(value)
}

function repeatedKey(tags: readonly unknown[]): string | undefined {
  const keys = tags.map((tag) => (tag as { key?: unknown }).key)
  const twice = keys.find((key, at) => keys.indexOf(key) !== at)
  return twice === undefined ? undefined : `the tag key ${String(twice)} is there twice`
}

function typeWords(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array of another kind'
  if (typeof value === 'object') return 'an object'
  return `a ${typeof value}`
}
