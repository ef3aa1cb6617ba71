import pg from 'pg'
import { diskProblem } from '../disk.ts'
import { ownError, type ProxyError } from '../errors.ts'
import { messageOf } from './error-message.ts'

/**
 * SQLSTATEs of a server that is unavailable for now: the connection broke, it stops or starts, it
 * has no connection left, it is a standby, or the query took too long (PostgreSQL's documentation,
 * Appendix A).
 */
const NOT_NOW = /^(08...|57P0.|57014|53...|25006|55P03)$/

/** True when the database is unavailable; false when the query is wrong. */
export function isUnavailable(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || NOT_NOW.test(error.code ?? '')
}

/** The error for the operator when PostgreSQL is unavailable. */
export function unavailable(error: unknown): ProxyError {
  return ownError(
    'Portside.DatabaseUnavailable',
    `Portside's database can't be reached (${messageOf(error)}).`,
    {
      advice:
        "Portside sends nothing that it can't record. Ask your Portside administrator to check the PostgreSQL of DATABASE_URL: Portside connects again when it can. Then look at the port as it is, and try again.",
    },
    { cause: error },
  )
}

/**
 * The error for the operator when the journal in the data folder is unavailable, with the cause.
 */
export function folderUnavailable(error: unknown): ProxyError {
  const problem = diskProblem(error)
  return ownError(
    'Portside.DatabaseUnavailable',
    `Portside's journal can't be written to: ${problem?.cause ?? messageOf(error)}.`,
    {
      advice: `Portside sends nothing that it can't record. Ask your Portside administrator to check the folder of PORTSIDE_DATA${problem ? ` (${problem.advice})` : ''}: Portside goes on when it can write there. Then look at the port as it is, and try again.`,
    },
    { cause: error },
  )
}
