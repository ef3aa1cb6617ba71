import { inject } from 'vitest'
import { createDatabase } from '../../stage/postgres.ts'
import { startStage } from './ask-operations.ts'
import { builtProxy, KillableProxy } from './killable.ts'

/** An emulator, and two proxies that are processes over one PostgreSQL. */
export async function startTwoProxies(leaseMs: number, more: Parameters<typeof startStage>[1] = {}) {
  const stage = await startStage({}, more)
  const built = await builtProxy()
  const database = await createDatabase(inject('postgresFolder'))
  const proxies = ['one', 'other'].map(
    (name) =>
      new KillableProxy(built, stage.emulator, {
        DATABASE_URL: database.url,
        PORTSIDE_DATA: `${built.dataFolder}-${name}`,
        PORTSIDE_LEASE_MS: String(leaseMs),
      }),
  )
  await Promise.all(proxies.map((proxy) => proxy.start()))
  return {
    stage,
    proxies,
    async close() {
      await Promise.all(proxies.map((proxy) => proxy.stop('SIGKILL')))
      await stage.close()
      await database.remove()
      await built.remove()
    },
  }
}
