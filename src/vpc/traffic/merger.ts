import type { ConditionalChange } from './decisions.ts'

/** Traffic of one plane whose verdict changes in one and the same way: services × addresses. */
export type ChangedCells = {
  change: ConditionalChange
  /** From, end on the service line. */
  services: [number, number][]
  /** Cells of the plane, as from, end, from, end, ... */
  cells: readonly number[]
}

type OpenStretch = { change: ConditionalChange; from: number; end: number; cells: number[] }

/** Joins stretches of the service line with the same change on the same addresses. */
export class Merger {
  readonly #open = new Map<ConditionalChange, OpenStretch>()
  readonly #done = new Map<ConditionalChange, Map<string, ChangedCells>>()

  add(change: ConditionalChange, from: number, end: number, cells: number[]): void {
    const open = this.#open.get(change)
    if (open && open.end === from && equal(open.cells, cells)) {
      open.end = end
      return
    }
    if (open) this.#close(open)
    this.#open.set(change, { change, from, end, cells })
  }

  end(): ChangedCells[] {
    for (const open of this.#open.values()) this.#close(open)
    return [...this.#done.values()].flatMap((byCells) => [...byCells.values()])
  }

  #close({ change, from, end, cells }: OpenStretch): void {
    let byCells = this.#done.get(change)
    if (!byCells) this.#done.set(change, (byCells = new Map()))
    const key = cells.join(' ')
    const known = byCells.get(key)
    if (known) known.services.push([from, end])
    else byCells.set(key, { change, services: [[from, end]], cells })
  }
}

/** True when both have the same numbers in the same order. */
export function equal(a: readonly number[], b: readonly number[]): boolean {
  return a === b || (a.length === b.length && a.every((one, at) => one === b[at]))
}
