import { diskProblem, type DiskProblem } from '../disk.ts'
import { ownError, ProxyError } from '../errors.ts'
import { RevisionConflict } from '../database/revision-conflict.ts'

/**
 * The error for the operator when the audit log can't be written: before or after the request. It
 * names what is wrong with the disk, where that is known.
 */
export function notRecorded(when: 'before' | 'after', cause: unknown): ProxyError {
  const disk = diskProblemIn(cause)
  const why = disk ? ` (${disk.cause})` : ''
  return ownError(
    'Portside.NotRecorded',
    when === 'before'
      ? `Portside could not write this to its audit log${why}, so nothing was sent.`
      : `Portside could not write the result of this to its audit log${why}.`,
    {
      ...(when === 'before' && { outcome: 'not_sent' as const }),
      advice: `Ask your Portside administrator to check its database (DATABASE_URL, else the disk of PORTSIDE_DATA)${disk ? ` and to ${disk.advice}` : ''}; then try again.`,
    },
    { cause },
  )
}

/** What the disk has to do with an error, or with what caused it. */
function diskProblemIn(error: unknown): DiskProblem | undefined {
  return diskProblem(error) ?? (error instanceof Error ? diskProblemIn(error.cause) : undefined)
}

/**
 * Runs `work`, which writes to the audit log.
 * @throws ProxyError Portside.NotRecorded when the database fails, with its error as the cause;
 *   every other error as it is
 */
export async function orNotRecorded<T>(when: 'before' | 'after', work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const ofDatabase =
      !(cause instanceof ProxyError) || cause.error.error_code === 'Portside.DatabaseUnavailable'
    throw ofDatabase && !(cause instanceof RevisionConflict) ? notRecorded(when, cause) : cause
  }
}
