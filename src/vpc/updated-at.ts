import type { Port } from './port.ts'
import { textOf } from './shown.ts'

/** An operation takes no longer one. */
const LONGEST_TIME = 64

/** When the port was updated, as an operation compares it; null where that can't be known. */
export function updatedAt({ updated_at }: Pick<Port, 'updated_at'>): string | null {
  const text = textOf(updated_at)
  return text !== undefined && text.length <= LONGEST_TIME ? text : null
}
