import type { EventEmitter } from 'node:events'
import pg from 'pg'
import { unavailable } from './unavailable.ts'

/** Runs a query. @throws ProxyError Portside.DatabaseUnavailable when it fails */
export type Query = (sql: string, parameters: unknown[]) => Promise<void>

/**
 * A connection to PostgreSQL for renewing the lease and for the notices of other proxies. No
 * request uses it. When it breaks, the next query makes another.
 */
export class OwnConnection {
  readonly #settings: pg.ClientConfig
  readonly #notices: EventEmitter
  readonly #channels: readonly string[]
  #client: Promise<pg.Client> | undefined
  /** The one that connected last. When an earlier one breaks, nothing has to be done. */
  #open: pg.Client | undefined

  /** @param notices emits each notice under its channel's name, with its text */
  constructor(settings: pg.ClientConfig, channels: readonly string[], notices: EventEmitter) {
    this.#settings = settings
    this.#channels = channels
    this.#notices = notices
  }

  query: Query = async (sql, parameters) => {
    const client = (this.#client ??= this.#connect())
    try {
      await (await client).query(sql, parameters)
    } catch (error) {
      if (this.#client === client) this.#client = undefined
      void client.then((broken) => broken.end()).catch(() => {})
      throw unavailable(error)
    }
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    await client?.then((open) => open.end()).catch(() => {})
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(this.#settings)
    client.on('error', () => {
      if (this.#open === client) this.#client = undefined
    })
    client.on('notification', ({ channel, payload }) => this.#notices.emit(channel, payload ?? ''))
    try {
      await client.connect()
      for (const channel of this.#channels) await client.query(`listen ${channel}`)
      this.#open = client
      return client
    } catch (error) {
      void client.end().catch(() => {})
      throw error
    }
  }
}
