import type { RefObject } from 'react'

type Areas = RefObject<HTMLElement | null>

/** The list's element, in the areas around it. */
export function listIn(areas: Areas): HTMLElement | null | undefined {
  return areas.current?.querySelector<HTMLElement>('[data-rows="list"]')
}

/** The elements of the list's rows, in their order. */
export function rowsIn(areas: Areas): HTMLElement[] {
  return [...(listIn(areas)?.querySelectorAll<HTMLElement>(':scope > [data-row]') ?? [])]
}
