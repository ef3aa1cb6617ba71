import type { EventEmitter } from 'node:events'
import pg from 'pg'
import { unavailable } from './unavailable.ts'

/** Asks the database. @throws ProxyError Portside.DatabaseUnavailable when it can't be reached */
export type Query = (sql: string, parameters: unknown[]) => Promise<void>

/**
 * A connection to PostgreSQL that no request waits for: the lease is renewed on it, and it hears
 * what other proxies tell. It is made anew at the next question when it broke.
 */
export class OwnConnection {
  readonly #settings: pg.ClientConfig
  readonly #notices: EventEmitter
  readonly #channels: readonly string[]
  #client: Promise<pg.Client> | undefined
  /** The one that was connected last: an earlier one that breaks later is of no interest. */
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
