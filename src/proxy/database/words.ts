/**
 * What went wrong with a database, in a word where there is one; addresses with passwords are not
 * repeated.
 */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as NodeJS.ErrnoException
  return (error.message || code || error.name)
    .replace(/postgres(ql)?:\/\/\S+/g, 'the address')
    .replace(/\.$/, '')
}
