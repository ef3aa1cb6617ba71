import { ownError, ProxyError } from '../errors.ts'
import { RevisionConflict } from '../database/revision-conflict.ts'

/**
 * Whatever a database fails with becomes one error that says what is true of the request: before it
 * was sent, that nothing was.
 */
export function notRecorded(when: 'before' | 'after', cause: unknown): ProxyError {
  return ownError(
    'Portside.NotRecorded',
    when === 'before'
      ? 'Portside could not write its record of this, so nothing was sent.'
      : 'Portside could not write what came of this to its record.',
    {
      ...(when === 'before' && { outcome: 'not_sent' as const }),
      advice:
        'Ask whoever runs this Portside to look after its database (DATABASE_URL, else the disk of PORTSIDE_DATA); then try again.',
    },
    { cause },
  )
}

/**
 * Runs what writes a record. @throws ProxyError Portside.NotRecorded, with the cause; what is no
 * matter of the database as it is
 */
export async function whileRecording<T>(when: 'before' | 'after', work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const ofDatabase =
      !(cause instanceof ProxyError) || cause.error.error_code === 'Portside.DatabaseUnavailable'
    throw ofDatabase && !(cause instanceof RevisionConflict) ? notRecorded(when, cause) : cause
  }
}
