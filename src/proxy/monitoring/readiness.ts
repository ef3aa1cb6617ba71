/** An answer of readiness is good for this long: probes of many load balancers ask the database once. */
const GOOD_FOR_MS = 1000
/** A database that has not answered by then is as good as none. */
const LONGEST_CHECK_MS = 2000

/** Whether this proxy can serve, and why not. */
export type Ready = { ready: boolean; database: 'answers' | 'does not answer'; stopping: boolean }

/**
 * Whether this proxy can serve: its database answers, and it is not stopping. The cloud is no part of it: while the cloud can't be
 * reached every proxy would be taken out, and nobody could see why.
 */
export class Readiness {
  #stopping = false
  #database: () => Promise<unknown> = async () => {}
  #last: { at: number; answers: Promise<boolean> } | undefined

  /** `check` comes back when the database answers, and throws when it does not. */
  checkDatabase(check: () => Promise<unknown>): void {
    this.#database = check
  }

  /** From now on this proxy is not ready. */
  stop(): void {
    this.#stopping = true
  }

  /** Whether it is ready now, or was less than a second ago. */
  async check(): Promise<Ready> {
    if (!this.#last || performance.now() - this.#last.at > GOOD_FOR_MS)
      this.#last = { at: performance.now(), answers: answersInTime(this.#database) }
    const answers = await this.#last.answers
    return {
      ready: answers && !this.#stopping,
      database: answers ? 'answers' : 'does not answer',
      stopping: this.#stopping,
    }
  }
}

async function answersInTime(check: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), LONGEST_CHECK_MS)
  })
  const answered = check().then(
    () => true,
    () => false,
  )
  const answers = await Promise.race([answered, late])
  clearTimeout(timer)
  return answers
}
