import type { FastifyBaseLogger } from 'fastify'

/** A result holds for this long: probes of many load balancers ask the database once. */
const GOOD_FOR_MS = 1000
/** A database that takes longer counts as unavailable. */
const LONGEST_CHECK_MS = 2000

/** Whether this proxy can serve, and why not. */
export type Ready = { ready: boolean; database: 'answers' | 'does not answer'; stopping: boolean }

/**
 * Whether this proxy can serve: its database can be read and written, and it is not stopping. The
 * platform doesn't count: when it can't be reached, load balancers would take out every proxy, and
 * nobody could see why.
 */
export class Readiness {
  readonly #log: Pick<FastifyBaseLogger, 'info' | 'error'>
  #stopping = false
  #failing = false
  #database: () => Promise<unknown> = async () => {}
  #last: { at: number; usable: Promise<boolean> } | undefined

  /** @param log gets the reason when the database can not be used, once, and when it can again */
  constructor(log: Pick<FastifyBaseLogger, 'info' | 'error'>) {
    this.#log = log
  }

  /** @param check resolves when the database can be read and written, and throws when it can't */
  checkDatabase(check: () => Promise<unknown>): void {
    this.#database = check
  }

  /** Makes this proxy not ready, for good. */
  stop(): void {
    this.#stopping = true
  }

  /** Whether it is ready now, or was less than a second ago. */
  async check(): Promise<Ready> {
    if (!this.#last || performance.now() - this.#last.at > GOOD_FOR_MS)
      this.#last = { at: performance.now(), usable: this.#databaseUsable() }
    const usable = await this.#last.usable
    return {
      ready: usable && !this.#stopping,
      database: usable ? 'answers' : 'does not answer',
      stopping: this.#stopping,
    }
  }

  async #databaseUsable(): Promise<boolean> {
    const failure = await failureOf(this.#database)
    const failing = failure !== undefined
    if (failing && !this.#failing)
      this.#log.error({ err: failure }, 'not ready: the database can not be used')
    if (!failing && this.#failing) this.#log.info('the database can be used again')
    this.#failing = failing
    return !failing
  }
}

/** Why the check fails, or that it takes too long; undefined when it passes. */
async function failureOf(check: () => Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Error>((resolve) => {
    const error = new Error(`no result within ${LONGEST_CHECK_MS} ms`)
    timer = setTimeout(() => resolve(error), LONGEST_CHECK_MS)
  })
  const checked = check().then(
    () => undefined,
    (error: unknown) => error ?? new Error('no reason'),
  )
  const failure = await Promise.race([checked, late])
  clearTimeout(timer)
  return failure
}
