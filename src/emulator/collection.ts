/**
 * Objects of one kind in the platform's list order, found by ID and by position at once, so that a
 * page of a large estate costs what the page holds.
 */
export class Collection<T extends { id: string }> {
  readonly #items: T[]
  readonly #positions: Map<string, number>

  constructor(items: readonly T[]) {
    this.#items = [...items]
    this.#positions = new Map(items.map((item, position) => [item.id, position]))
    if (this.#positions.size !== items.length) throw new Error('two objects of one kind have the same ID')
  }

  /** All objects, in list order. */
  get items(): readonly T[] {
    return this.#items
  }

  /** The object with this ID. */
  get(id: string): T | undefined {
    const position = this.#positions.get(id)
    return position === undefined ? undefined : this.#items[position]
  }

  /** The position of the object in the list, from 0; undefined when there is none with this ID. */
  position(id: string): number | undefined {
    return this.#positions.get(id)
  }

  /**
   * Puts a new state of an object in the place of the one with the same ID. @throws Error when
   * there is none.
   */
  replace(item: T): void {
    const position = this.#positions.get(item.id)
    if (position === undefined) throw new Error(`there is no object ${item.id} to replace`)
    this.#items[position] = item
  }
}
