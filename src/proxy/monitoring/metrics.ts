import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { version } from '../../../package.json'
import type { OperationStatus } from '../../vpc/portside-api.ts'

/** Seconds; a long poll for an operation's next revision takes up to 60. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** One call of the platform, as it ended. */
export type UpstreamCall = {
  /** Method and path without IDs: `GET /v3/{project_id}/ports/{id}`. */
  call: string
  /** `answered`, or why no whole answer came. */
  outcome: 'answered' | 'timeout' | 'aborted' | 'connection' | 'too_large'
  /** Undefined without an answer. */
  status: number | undefined
  seconds: number
}

/**
 * What is counted for Prometheus. Labels have few values each: routes, statuses and codes; never a
 * project, a user or an ID. Only made where somebody can read it (PORTSIDE_METRICS_LISTEN), so that
 * it costs nothing elsewhere.
 */
export class Metrics {
  readonly #registry = new Registry()
  readonly #requests = new Histogram({
    name: 'portside_http_request_duration_seconds',
    help: 'Requests answered, by route.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [this.#registry],
  })
  readonly #errors = new Counter({
    name: 'portside_http_errors_total',
    help: "Answers that were an error, by error code: the platform's, or Portside's own such as Portside.GuardBroken.",
    labelNames: ['error_code'],
    registers: [this.#registry],
  })
  readonly #calls = new Histogram({
    name: 'portside_upstream_request_duration_seconds',
    help: 'Calls of the platform, by call; status is empty when no answer came.',
    labelNames: ['call', 'outcome', 'status'],
    buckets: BUCKETS,
    registers: [this.#registry],
  })
  readonly #retries = new Counter({
    name: 'portside_upstream_retries_total',
    help: 'Calls of the platform that were sent again: reads, and steps of operations.',
    labelNames: ['call'],
    registers: [this.#registry],
  })
  readonly #reached = new Gauge({
    name: 'portside_upstream_reachable',
    help: '1 when the last call of the platform was answered, 0 when it was not; none before the first.',
    // With a label, so that there is no value before the first call.
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
  /** Whether the last call of the platform was answered; undefined before the first. */
  cloudAnswers: boolean | undefined

  constructor() {
    collectDefaultMetrics({ register: this.#registry })
    new Gauge({
      name: 'portside_build_info',
      help: 'Always 1; the labels say which Portside and Node this is.',
      labelNames: ['version', 'node'],
      registers: [this.#registry],
    }).set({ version, node: process.versions.node }, 1)
  }

  /** An answer went out. */
  answered(answer: {
    method: string
    route: string
    status: number
    seconds: number
    error_code: string | undefined
  }): void {
    const { method, route, status, seconds, error_code } = answer
    this.#requests.observe({ method, route, status }, seconds)
    if (error_code !== undefined)
      this.#errors.inc({ error_code: CODE.test(error_code) ? error_code : 'other' })
  }

  /** A call of the platform ended. */
  called({ call, outcome, status, seconds }: UpstreamCall): void {
    this.#calls.observe({ call, outcome, status: status ?? '' }, seconds)
    // Given up by the asker: that says nothing about the cloud.
    if (outcome === 'aborted') return
    this.cloudAnswers = outcome === 'answered' || outcome === 'too_large'
    this.#reached.set({ upstream: 'vpc' }, this.cloudAnswers ? 1 : 0)
  }

  /** A call of the platform is sent again. */
  retried(call: string): void {
    this.#retries.inc({ call })
  }

  /** An operation's turn came. */
  operationStarted(): void {
    this.#running.inc()
  }

  /** An operation that had its turn is at its end, or stopped on the way. */
  operationEnded(status: OperationStatus): void {
    this.#running.dec()
    this.#operations.inc({ status })
  }

  /** All of it in Prometheus' text form, and the Content-Type of that. */
  async text(): Promise<{ type: string; body: string }> {
    return { type: this.#registry.contentType, body: await this.#registry.metrics() }
  }
}

/**
 * Codes of the platform and of Portside; a cloud that answers with anything else must not fill the
 * memory.
 */
const CODE = /^(?:[A-Z]{2,8}\.\d{1,6}|Portside\.[A-Za-z]{1,40})$/

/** A call by its method and its path without IDs, as metrics name it. */
export function callOf(method: string, path: string): string {
  const words = path
    .split('/')
    .map((word, place) => (place === 2 ? '{project_id}' : place < 2 || WORD.test(word) ? word : '{id}'))
  return `${method} ${words.join('/')}`
}

const WORD = /^[a-z][a-z-]*$/
