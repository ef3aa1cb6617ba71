import { setMaxListeners } from 'node:events'
import type { FastifyInstance } from 'fastify'
import type { ProxyConfig } from '../config.ts'
import type { DatabaseAccess } from '../database/database.ts'
import { GuardCheck } from '../guards/guard-check.ts'
import type { Metrics } from '../monitoring/metrics.ts'
import { openedOnce } from '../opened-once.ts'
import { planningOf } from '../planning.ts'
import type { Upstream } from '../upstream/upstream.ts'
import { copyJournalToAuditLog } from './copy-to-audit-log.ts'
import { Operations } from './operations.ts'
import { OperationStore } from './operation-store.ts'
import { DEFAULT_WAITS, type OperationWaits } from './waits.ts'

/** The proxy's operations: opened with the database at their first use, closed with the proxy. */
export type OperationsAccess = {
  /** Aborted when the proxy begins to stop. */
  stopping: AbortSignal
  /** Opens them once; after a failure, again. @throws ConfigError when that fails */
  opened(): Promise<{ store: OperationStore; operations: Operations; waits: OperationWaits }>
  /** Opens them where there may be operations to take over. */
  openAtStart(): Promise<void>
}

/** What the operations need of the proxy. */
export type OperationsNeeds = {
  upstream: Upstream
  config: ProxyConfig
  database: DatabaseAccess
  metrics?: Metrics | undefined
}

/** Access to the operations, for the whole proxy. */
export function accessOperations(
  app: FastifyInstance,
  { upstream, config, database, metrics }: OperationsNeeds,
): OperationsAccess {
  const stopping = new AbortController()
  // Every long read and every operation listens to it.
  setMaxListeners(0, stopping.signal)

  async function open() {
    const opened = await database.opened()
    await copyJournalToAuditLog(opened.db)
    const store = new OperationStore(opened)
    const waits = { ...DEFAULT_WAITS, ...config.operationWaits }
    // Calls are there again when the window of the budget ends.
    waits.longestRetryAfter = Math.max(waits.longestRetryAfter, config.calls?.seconds ?? 0)
    const context = { store, upstream, waits, stopping: stopping.signal, log: app.log, metrics }
    const guards = new GuardCheck(config.guards ?? [], upstream, app.log)
    const operations = new Operations(context, guards, (project) =>
      planningOf(config, project, upstream.offersOf(project)),
    )
    await operations.recover()
    return { store, operations, waits }
  }
  const { opened, close } = openedOnce(open)
  app.addHook('preClose', async () => stopping.abort())
  app.addHook('onClose', () => close((known) => known.operations.close()))
  return {
    stopping: stopping.signal,
    opened,
    async openAtStart() {
      if (database.atStart) await opened()
    },
  }
}
