import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { version } from '../../../package.json'
import type { OperationStatus } from '../../vpc/portside-api.ts'

/** Seconds; a long poll for an operation's next revision takes up to 60. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** One call of the platform, as it ended. */
export type UpstreamCall = {
  /** Method and path without IDs: `GET /v3/{project_id}/ports/{id}`. */
  call: string
  /** `answered` when there was a whole response, else why there was none. */
  outcome: 'answered' | 'timeout' | 'aborted' | 'connection' | 'too_large'
  /** Undefined without a response. */
  status: number | undefined
  seconds: number
}

/**
 * How many ports depart from the standing orders of a name, and when the oldest of their checks
 * ended.
 */
export type OrderFigures = { order: string; departs: number; seconds: number }

/**
 * What is counted for Prometheus. Each label has few values: routes, statuses, codes and names of
 * standing orders; never a project, a user or an ID. Made only with PORTSIDE_METRICS_LISTEN, so
 * that it costs nothing without.
 */
export class Metrics {
  readonly #registry = new Registry()
  readonly #requests = new Histogram({
    name: 'portside_http_request_duration_seconds',
    help: 'Requests that got a response, by route.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [this.#registry],
  })
  readonly #errors = new Counter({
    name: 'portside_http_errors_total',
    help: "Responses that were an error, by error code: the platform's, or Portside's own such as Portside.GuardBroken.",
    labelNames: ['error_code'],
    registers: [this.#registry],
  })
  readonly #calls = new Histogram({
    name: 'portside_upstream_request_duration_seconds',
    help: 'Calls of the platform, by call; status is empty without a response.',
    labelNames: ['call', 'outcome', 'status'],
    buckets: BUCKETS,
    registers: [this.#registry],
  })
  readonly #throttled = new Counter({
    name: 'portside_upstream_throttled_total',
    help: 'Calls of the platform that it refused with 429, by endpoint.',
    labelNames: ['endpoint'],
    registers: [this.#registry],
  })
  readonly #callsLeft: Gauge<'endpoint'> = new Gauge({
    name: 'portside_upstream_calls_left',
    help: 'Calls that are left in the window of PORTSIDE_CALLS, by endpoint; none without it.',
    labelNames: ['endpoint'],
    registers: [this.#registry],
    collect: async () => {
      for (const { endpoint, left } of await this.#readCalls()) this.#callsLeft.set({ endpoint }, left)
    },
  })
  #readCalls: () => Promise<readonly { endpoint: string; left: number }[]> = async () => []
  readonly #retries = new Counter({
    name: 'portside_upstream_retries_total',
    help: 'Calls of the platform that were sent again: reads, and steps of operations.',
    labelNames: ['call'],
    registers: [this.#registry],
  })
  readonly #reached = new Gauge({
    name: 'portside_upstream_reachable',
    help: '1 when the last call of the platform got a response, 0 when it did not; none before the first.',
    // Without a label there would be a value before the first call.
    labelNames: ['upstream'],
    registers: [this.#registry],
  })
  readonly #operations = new Counter({
    name: 'portside_operations_total',
    help: 'Operations that this proxy carried out, by the status that they ended with.',
    labelNames: ['status'],
    registers: [this.#registry],
  })
  readonly #running = new Gauge({
    name: 'portside_operations_running',
    help: 'Operations that this proxy is carrying out now.',
    registers: [this.#registry],
  })
  readonly #bulkChanges: Gauge = new Gauge({
    name: 'portside_bulk_changes_open',
    help: 'Bulk changes that are neither done nor ended.',
    registers: [this.#registry],
    collect: async () => this.#bulkChanges.set((await this.#readBulkChanges()).open),
  })
  readonly #bulkPortsWaiting: Gauge = new Gauge({
    name: 'portside_bulk_ports_waiting',
    help: 'Ports of open bulk changes that are not begun.',
    registers: [this.#registry],
    collect: async () => this.#bulkPortsWaiting.set((await this.#readBulkChanges()).waiting),
  })
  #readBulkChanges: () => Promise<{ open: number; waiting: number }> = async () => ({ open: 0, waiting: 0 })
  readonly #departing: Gauge<'order'> = new Gauge({
    name: 'portside_standing_order_departing_ports',
    help: 'Ports that depart from a standing order by its last check; none before the first.',
    labelNames: ['order'],
    registers: [this.#registry],
    collect: async () => {
      const read = await this.#readOrders()
      this.#departing.reset()
      for (const { order, departs } of read) this.#departing.set({ order }, departs)
    },
  })
  readonly #checkedAt: Gauge<'order'> = new Gauge({
    name: 'portside_standing_order_checked_timestamp_seconds',
    help: 'When the last check of a standing order ended, in seconds since 1970.',
    labelNames: ['order'],
    registers: [this.#registry],
    collect: async () => {
      const read = await this.#readOrders()
      this.#checkedAt.reset()
      for (const { order, seconds } of read) this.#checkedAt.set({ order }, seconds)
    },
  })
  #readOrders: () => Promise<readonly OrderFigures[]> = async () => []
  /** Whether the last call of the platform got a response; undefined before the first. */
  platformResponds: boolean | undefined

  constructor() {
    collectDefaultMetrics({ register: this.#registry })
    new Gauge({
      name: 'portside_build_info',
      help: 'Always 1; the labels say which Portside and Node this is.',
      labelNames: ['version', 'node'],
      registers: [this.#registry],
    }).set({ version, node: process.versions.node }, 1)
  }

  /** Counts a response that was sent. */
  responded(response: {
    method: string
    route: string
    status: number
    seconds: number
    error_code: string | undefined
  }): void {
    const { method, route, status, seconds, error_code } = response
    this.#requests.observe({ method, route, status }, seconds)
    if (error_code !== undefined)
      this.#errors.inc({ error_code: CODE.test(error_code) ? error_code : 'other' })
  }

  /** Counts a call of the platform that ended. */
  called({ call, outcome, status, seconds }: UpstreamCall): void {
    this.#calls.observe({ call, outcome, status: status ?? '' }, seconds)
    // Aborted by the caller: that says nothing about the platform.
    if (outcome === 'aborted') return
    this.platformResponds = outcome === 'answered' || outcome === 'too_large'
    this.#reached.set({ upstream: 'vpc' }, this.platformResponds ? 1 : 0)
  }

  /** Counts a call of the platform that is sent again. */
  retried(call: string): void {
    this.#retries.inc({ call })
  }

  /** Counts a 429 of the platform. */
  throttled(endpoint: string): void {
    this.#throttled.inc({ endpoint })
  }

  /** Shows what is left of the budget of calls. @param read asked with each scrape */
  showCalls(read: () => Promise<readonly { endpoint: string; left: number }[]>): void {
    this.#readCalls = read
  }

  /** Shows the bulk changes that are open. @param read asked with each scrape */
  showBulkChanges(read: () => Promise<{ open: number; waiting: number }>): void {
    this.#readBulkChanges = read
  }

  /** Shows which standing orders ports depart from. @param read asked with each scrape */
  showStandingOrders(read: () => Promise<readonly OrderFigures[]>): void {
    this.#readOrders = read
  }

  /** Counts an operation that begins to run. */
  operationStarted(): void {
    this.#running.inc()
  }

  /** Counts an operation that ran, by the status with which it ended or stopped. */
  operationEnded(status: OperationStatus): void {
    this.#running.dec()
    this.#operations.inc({ status })
  }

  /** All of it in Prometheus' text form, and its Content-Type. */
  async text(): Promise<{ type: string; body: string }> {
    return { type: this.#registry.contentType, body: await this.#registry.metrics() }
  }
}

/**
 * Codes of the platform and of Portside. Others are not counted apart: they could fill the memory.
 */
const CODE = /^(?:[A-Z]{2,8}\.\d{1,6}|Portside\.[A-Za-z]{1,40})$/

/** A call by its method and its path without IDs, as metrics name it. */
export function callOf(method: string, path: string): string {
  const words = path.split('/').map((word, place) => {
    // The native paths (v2.0) do not name the project.
    if (place === 2 && !path.startsWith('/v2.0/')) return '{project_id}'
    return place < 2 || WORD.test(word) ? word : '{id}'
  })
  return `${method} ${words.join('/')}`
}

const WORD = /^[a-z][a-z-]*$/
