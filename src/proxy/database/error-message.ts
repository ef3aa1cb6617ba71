/** The message of a database's error, or its code. Addresses, which hold passwords, are removed. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as NodeJS.ErrnoException
  return (error.message || code || error.name)
    .replace(/postgres(ql)?:\/\/\S+/g, 'the address')
    .replace(/\.$/, '')
}
