import type { RefObject } from 'react'
import { listIn } from '../drag/drag-link.ts'

/** The elements of the list's rows, in their order. @param areas around the list */
export function rowsIn(areas: RefObject<HTMLElement | null>): HTMLElement[] {
  return [...(listIn(areas)?.querySelectorAll<HTMLElement>(':scope > [data-row]') ?? [])]
}
