import pg from 'pg'
import { diskProblem } from '../disk.ts'
import { ownError, type ProxyError } from '../errors.ts'
import { messageOf } from './words.ts'

/**
 * SQLSTATEs of a server that can't do anything just now: the connection broke, it is stopping or
 * starting, it has no connection left, it is a standby, or it took too long (PostgreSQL's
 * documentation, Appendix A).
 */
const NOT_NOW = /^(08...|57P0.|57014|53...|25006|55P03)$/

/**
 * True when it is the database that can't be reached or used just now, and not the question that is
 * wrong.
 */
export function isUnavailable(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || NOT_NOW.test(error.code ?? '')
}

/**
 * The error that operators are to see when the database can't be reached, whatever the driver made
 * of it.
 */
export function unavailable(error: unknown): ProxyError {
  return ownError(
    'Portside.DatabaseUnavailable',
    `Portside's database can't be reached (${messageOf(error)}).`,
    {
      advice:
        'Without a record of it, nothing is sent to the cloud. See that the PostgreSQL of DATABASE_URL runs and can be reached: Portside connects again by itself. Then look at the port as it is, and try again.',
    },
    { cause: error },
  )
}

/**
 * The same where the database is in the data folder: it says what keeps it from being written to,
 * as far as that is known.
 */
export function folderUnavailable(error: unknown): ProxyError {
  const problem = diskProblem(error)
  return ownError(
    'Portside.DatabaseUnavailable',
    `Portside's journal can't be written to: ${problem?.cause ?? messageOf(error)}.`,
    {
      advice: `Without a record of it, nothing is sent to the cloud. Ask whoever runs this Portside to look after the folder of PORTSIDE_DATA${problem ? ` (${problem.advice})` : ''}: Portside goes on when it can write there. Then look at the port as it is, and try again.`,
    },
    { cause: error },
  )
}
