/** A small choice kept in this browser; undefined where none is, or storage is closed to us. */
export function storedChoice(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined
  } catch {
    return undefined
  }
}

/**
 * Keeps a choice in this browser. Where storage is closed to us, it lasts until the page is left.
 */
export function keepChoice(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // It is closed.
  }
}
