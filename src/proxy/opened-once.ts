/** What is opened at its first use. */
export type OpenedOnce<T> = {
  /** Opens it, once; after a failure, again. @throws what opening it throws */
  opened(): Promise<T>
  /** Closes it, where it was opened. */
  close(closing: (opened: T) => Promise<void>): Promise<void>
}

/** Opens something that needs the database when it is first asked for. */
export function openedOnce<T>(open: () => Promise<T>): OpenedOnce<T> {
  let opening: Promise<T> | undefined
  return {
    opened: () =>
      (opening ??= open().catch((error: unknown) => {
        // The next request tries again.
        opening = undefined
        throw error
      })),
    async close(closing) {
      const opened = await opening?.catch(() => undefined)
      if (opened !== undefined) await closing(opened)
    },
  }
}
