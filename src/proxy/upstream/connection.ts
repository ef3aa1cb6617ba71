import type { FastifyBaseLogger } from 'fastify'
import type { StepRequest } from '../../vpc/step-request.ts'
import type { PortsideError } from '../../vpc/errors.ts'
import { queryString } from '../../vpc/query-string.ts'
import type { ProxyConfig, ProxyProject } from '../config.ts'
import { ownError, ProxyError } from '../errors.ts'
import { callOf, type Metrics } from '../monitoring/metrics.ts'
import { pause, READ_WAITS, readRetryAfter, RETRIED_STATUSES, waitAfter } from '../retry.ts'
import { ONE_PAGE, ONE_THING } from './response-bounds.ts'
import { checkedDryRun, portResponseOf, v1PortResponseOf } from './response-schemas.ts'
import { readErrorResponse, readSuccessResponse, requestIdIn } from './read-response.ts'
import { Calls, type SharedQuery } from './calls.ts'
import { openCredentials } from './credential-source.ts'
import type { Credentials } from './credentials.ts'
import { withoutEchoes } from './echoes.ts'
import { exchange, ExchangeError, type ExchangeResponse } from './exchange.ts'
import { noResponseError } from './no-response.ts'
import { openPools, type PoolsConfig } from './pools.ts'
import { withEnterpriseProject } from './enterprise-project.ts'
import { OffersFinder } from './find-offers.ts'
import { isNoSuchApi } from './no-such-api.ts'
import { OffersFound } from './offers.ts'
import { KeptResponses } from './kept-responses.ts'
import { projectReads } from './project-reads.ts'
import { ReadsInFlight } from './reads-in-flight.ts'
import { signRequest, type UnsignedRequest } from './signing.ts'
import {
  NoSuchApiError,
  UpstreamError,
  type ResponseSchema,
  type Asker,
  type ReadResponse,
  type Reads,
  type SendOutcome,
  type Upstream,
  type Work,
} from './upstream.ts'

/** Statuses from 500 on that say that the request was not carried out. */
const NOT_CARRIED_OUT: ReadonlySet<number> = new Set([501, 503, 505])

/**
 * True for a status after which the change may have been made: a gateway lost the platform's
 * response or gave up on it (408, 502, 504; 520, 522 and 524 of some), or sent a redirect, which
 * says nothing of what was done before it.
 */
function isResponseLost(status: number): boolean {
  if (status < 400) return true
  return status === 408 || (status > 500 && !NOT_CARRIED_OUT.has(status))
}

/** The first wait after a 429 without Retry-After, where no setting says another. */
const THROTTLED_MS = 1000

/** So long a read for a person waits for an endpoint that takes no calls. */
const LONGEST_UNNOTICED_MS = 1000

/** What the upstream needs of the configuration. */
export type UpstreamConfig = PoolsConfig &
  Pick<
    ProxyConfig,
    | 'credentials'
    | 'credentialsFile'
    | 'readRetries'
    | 'calls'
    | 'longestRetryAfterMs'
    | 'keepReadsSeconds'
    | 'operationWaits'
  >

/** A call that ended, with a response or without. */
type EndedCall = {
  request: UnsignedRequest
  asker: Asker
  /** As of performance.now(). */
  started: number
  response?: ExchangeResponse
  failure?: ExchangeError
}

/**
 * Connects to the endpoints of the configured projects; one pool of connections for each endpoint.
 * Every call is logged, and counted when there are `metrics`. Proxies that ask
 * one `shared` database share the budget of calls.
 */
export function createUpstream(
  config: UpstreamConfig,
  log: FastifyBaseLogger,
  metrics?: Metrics,
  {
    inFlight = new ReadsInFlight(),
    shared,
  }: { inFlight?: ReadsInFlight; shared?: SharedQuery | undefined } = {},
): Upstream {
  const calls = new Calls(
    {
      budget: config.calls,
      endpoints: config.projects.map(({ endpoint }) => endpoint),
      retryMs: config.operationWaits?.retryMs ?? THROTTLED_MS,
      longestRetryAfterMs: config.longestRetryAfterMs,
    },
    metrics,
    shared,
  )
  const pools = openPools(config)
  const credentials = openCredentials(config, log)
  const projects = new Map(config.projects.map((project) => [project.project_id, project]))
  const kept = new KeptResponses(config.keepReadsSeconds)
  const logsReads = log.level === 'debug' || log.level === 'trace'

  /**
   * Makes a call once. When a read is refused for its credentials and there are new ones, it is
   * made a second time.
   */
  async function once(
    request: UnsignedRequest,
    project: ProxyProject,
    bytes: number,
    asker: Asker = {},
  ): Promise<ExchangeResponse> {
    const used = credentials.of(project)
    const response = await call(request, project, used, bytes, asker)
    if (response.status !== 401) return response
    await credentials.reread()
    const now = credentials.of(project)
    return request.method === 'GET' && now !== used ? call(request, project, now, bytes, asker) : response
  }

  async function call(
    request: UnsignedRequest,
    { project_id, endpoint }: ProxyProject,
    authenticated: Credentials | undefined,
    bytes: number,
    asker: Asker,
  ): Promise<ExchangeResponse> {
    await calls.take(endpoint, workOf(asker))
    asker.onCall?.()
    const ready = await signRequest(request, endpoint, project_id, authenticated)
    const started = performance.now()
    try {
      const limits = { timeoutMs: config.upstreamTimeoutMs, bytes }
      const came = await exchange(pools.of(endpoint), ready, limits, asker.signal)
      const response = withoutEchoes(came, ready.headers)
      const retryAfter = readRetryAfter(response.headers['retry-after'], Date.now())
      calls.ended(endpoint, started, response.status, retryAfter)
      noteCall({ request, asker, started, response })
      return response
    } catch (error) {
      if (error instanceof ExchangeError) noteCall({ request, asker, started, failure: error })
      throw error
    }
  }

  /** Logs and counts a call. Changes at `info`, failures at `warn`, reads at `debug`. */
  function noteCall({ request, asker, started, response, failure }: EndedCall): void {
    const { method, path } = request
    const ms = performance.now() - started
    const outcome = failure?.reason ?? 'answered'
    metrics?.called({ call: callOf(method, path), outcome, status: response?.status, seconds: ms / 1000 })
    const failed = failure
      ? failure.reason !== 'aborted'
      : response!.status >= 500 || response!.status === 429
    const level = failed ? 'warn' : method === 'PUT' ? 'info' : 'debug'
    if (level === 'debug' && !logsReads) return
    const { signal: _, work: __, onCall: ___, ...whose } = asker
    log[level](
      {
        ...whose,
        method,
        path,
        ms: Math.round(ms),
        ...(response && { status: response.status, upstream_request_id: requestIdIn(response) }),
        ...(failure && { reason: failure.reason, code: failure.code }),
      },
      response ? 'upstream responded' : 'upstream did not respond',
    )
  }

  function noResponse(
    request: Pick<UnsignedRequest, 'path' | 'project_id'>,
    failure: ExchangeError,
    bytes: number,
  ): ProxyError {
    const { endpoint } = projectOf(projects, request)
    return noResponseError(failure, {
      endpoint,
      proxy: pools.proxyOf(endpoint),
      timeoutMs: config.upstreamTimeoutMs,
      bytes,
    })
  }

  /** The last resort: whatever is wrong with a response, the request ends with an error. */
  function unforeseen(path: string, cause: unknown): ProxyError {
    if (cause instanceof ProxyError) return cause
    log.error({ err: cause, path }, 'unforeseen error')
    const { status, error } = ownError(
      'Portside.Internal',
      "Portside could not read the platform's response.",
      {
        advice: 'Try again. If the error comes again, tell your Portside administrator.',
      },
    )
    return new UpstreamError(status, error, { cause })
  }

  async function read<T>(
    path: string,
    query: string,
    schema: ResponseSchema<T>,
    asker: Asker = {},
    projectId?: string,
  ): Promise<ReadResponse<T>> {
    try {
      return await readAgain(path, query, schema, asker, projectId)
    } catch (error) {
      throw asker.signal?.aborted ? error : unforeseen(path, error)
    }
  }

  /**
   * Waits where an endpoint takes calls again so soon that nobody notices.
   * @returns true when it did
   */
  async function openedSoon(failure: unknown, request: UnsignedRequest, asker: Asker): Promise<boolean> {
    if (!(failure instanceof ProxyError) || failure.error.error_code !== 'Portside.NoCallsLeft') return false
    if (workOf(asker) !== 'person') return false
    const closed = calls.closedFor(projectOf(projects, request).endpoint, 'person')
    if (closed > LONGEST_UNNOTICED_MS) return false
    if (!(await pause(closed + 10, asker.signal))) throw asker.signal?.reason
    return true
  }

  async function readAgain<T>(
    path: string,
    query: string,
    schema: ResponseSchema<T>,
    asker: Asker,
    projectId?: string,
  ): Promise<ReadResponse<T>> {
    const { bytes } = schema.bounds ?? ONE_PAGE
    const project = projectOf(projects, { path, project_id: projectId })
    const asked = query ? [...new URLSearchParams(query)] : []
    const request: UnsignedRequest = {
      method: 'GET',
      path,
      query: withEnterpriseProject(asked, path, project),
      project_id: projectId,
    }
    const { signal } = asker
    for (let tried = 1; ; tried++) {
      const asked_at = new Date().toISOString()
      let end: ExchangeResponse | ExchangeError
      try {
        end = await once(request, project, bytes, asker)
      } catch (failure) {
        if (tried <= config.readRetries && (await openedSoon(failure, request, asker))) continue
        if (!(failure instanceof ExchangeError)) throw failure
        end = failure
      }
      let error: UpstreamError
      let retried: boolean
      if (end instanceof ExchangeError) {
        if (end.reason === 'aborted') throw signal?.reason ?? end
        const { status, error: body } = noResponse(request, end, bytes)
        error = new UpstreamError(status, body, { cause: end })
        retried = end.reason === 'connection'
      } else if (end.status === 200) {
        const response = readSuccessResponse(end, schema)
        if (!response.ok) throw new UpstreamError(502, response.error)
        const { body, data, request_id } = response
        return { status: 200, body, data, request_id, asked_at }
      } else {
        const body = readErrorResponse(end)
        const Kind = isNoSuchApi(end) ? NoSuchApiError : UpstreamError
        error = new Kind(responseStatus(end.status, body), body)
        retried = RETRIED_STATUSES.has(end.status)
      }
      let wait = waitAfter(tried, error.error.retry_after, READ_WAITS)
      if (error.status === 429) {
        const closed = calls.closedFor(projectOf(projects, request).endpoint, workOf(asker))
        if (closed > 0) error.error.retry_after ??= Math.ceil(closed / 1000)
        wait = closed > READ_WAITS.longestRetryAfter * 1000 ? undefined : Math.max(wait ?? 0, closed + 10)
      }
      if (!retried || tried > config.readRetries || wait === undefined) throw error
      metrics?.retried(callOf('GET', path))
      if (!(await pause(wait, signal))) throw signal?.reason
    }
  }

  const readShared: Reads['read'] = (path, query, schema, asker = {}, projectId) =>
    inFlight.join(`${projectId ?? ''}${path}?${query}`, asker.signal, (signal) =>
      read(path, query, schema, { ...asker, signal }, projectId),
    )
  const byId = (projectId: string) => projectById(projects, projectId)
  const offers = new OffersFound({ projectOf: byId, log })
  const reads: Reads = { read, ...projectReads(read, offers) }
  const sharedReads = projectReads(readShared, offers)
  const finder = new OffersFinder({
    offers,
    reads,
    projectOf: byId,
    async send(request) {
      try {
        return await once(request, projectOf(projects, request), ONE_THING.bytes)
      } catch (failure) {
        throw failure instanceof ExchangeError
          ? noResponse(request, failure, ONE_THING.bytes)
          : unforeseen(request.path, failure)
      }
    },
  })

  /**
   * A response to a change says that its call is missing: a trial that can change nothing shows
   * whether it is. One odd 404 of a gateway takes no way from everybody.
   */
  async function tryAgainWhetherOffered(request: UnsignedRequest): Promise<void> {
    const { project_id } = projectOf(projects, request)
    const part = request.path.startsWith('/v3/') ? 'steps' : 'update'
    offers.forget(project_id, part)
    await finder.tryPart(project_id, part).catch(() => undefined)
  }

  return {
    ...reads,
    shared: {
      readPort: sharedReads.readPort,
      readPorts: (projectId, query, asker, maxAge) =>
        kept.get(`${projectId} ports?${queryString(query)}`, maxAge, () =>
          sharedReads.readPorts(projectId, query, asker),
        ),
      readGroups: (projectId, query, asker, maxAge) =>
        kept.get(`${projectId} groups?${queryString(query)}`, maxAge, () =>
          sharedReads.readGroups(projectId, query, asker),
        ),
      readGroup: (projectId, groupId, asker, maxAge) =>
        kept.get(`${projectId} group ${groupId}`, maxAge, () =>
          sharedReads.readGroup(projectId, groupId, asker),
        ),
      readRules: (projectId, query, asker, maxAge) =>
        kept.get(`${projectId} rules?${queryString(query)}`, maxAge, () =>
          sharedReads.readRules(projectId, query, asker),
        ),
      readAddressGroups: (projectId, query, asker, maxAge) =>
        kept.get(`${projectId} address groups?${queryString(query)}`, maxAge, () =>
          sharedReads.readAddressGroups(projectId, query, asker),
        ),
    },
    offersOf: (projectId) => offers.of(projectId),
    findOffers: (projectId, anew) => finder.find(projectId, anew),
    async send(request, asker) {
      const changes = request.body.dry_run !== true
      let response: ExchangeResponse | undefined
      try {
        const sent = { ...request, query: [] }
        response = await once(sent, projectOf(projects, sent), ONE_THING.bytes, asker)
        if (isNoSuchApi(response)) await tryAgainWhetherOffered(sent)
        const outcome = sendOutcomeOf(request, response)
        if ('body' in outcome) return outcome
        return { ...outcome, response: { status: response.status, body: response.body } }
      } catch (failure) {
        const { status, error } =
          failure instanceof ExchangeError
            ? noResponse(request, failure, ONE_THING.bytes)
            : unforeseen(request.path, failure)
        const stayed = failure instanceof ExchangeError ? !failure.sent : failure instanceof ProxyError
        if (stayed) return { kind: 'not_sent', status, error: { ...error, outcome: 'not_sent' } }
        return {
          kind: 'unknown',
          status,
          error: changes ? outcomeUnknown(error) : error,
          ...(response && { response: { status: response.status, body: response.body } }),
        }
      } finally {
        if (changes) {
          inFlight.changed()
          kept.changed()
        }
      }
    },
    closedFor: (projectId) => calls.closedFor(byId(projectId).endpoint, 'change'),
    calls: () => calls.shown(),
    async close() {
      credentials.close()
      await pools.close()
    },
  }
}

function sendOutcomeOf(
  request: StepRequest,
  response: ExchangeResponse,
): Exclude<SendOutcome, { kind: 'not_sent' }> {
  const changes = request.body.dry_run !== true
  const unknown = (status: number, error: PortsideError) => ({
    kind: 'unknown' as const,
    status,
    error: changes ? outcomeUnknown(error) : error,
  })
  if (response.status === 200) {
    const portId = portIdOf(request.path)
    const schema = request.path.startsWith('/v3/') ? portResponseOf(portId) : v1PortResponseOf(portId)
    const read = readSuccessResponse(response, schema)
    if (!read.ok) return unknown(502, read.error)
    return { kind: 'port', status: 200, port: read.data.port, request_id: read.request_id, body: read.body }
  }
  if (response.status === 202 && !changes) {
    // No body is documented for 202 (docs/platform.md, Insert, `dry_run`), so it may be empty.
    const body = response.body.length > 0 ? response.body : Buffer.from('{}')
    const read = readSuccessResponse({ ...response, body }, checkedDryRun)
    if (!read.ok) return unknown(502, read.error)
    return { kind: 'checked', status: 202, request_id: read.request_id, body: read.body }
  }
  if (response.status < 300 || response.status > 599)
    return unknown(
      502,
      ownError(
        'Portside.UnreadableAnswer',
        `The platform responded with status ${response.status}, which says neither that the request was carried out nor that it was refused.`,
        {
          request_id: requestIdIn(response) ?? null,
          advice:
            'Read the port again. If the error comes again, ask your Portside administrator to check that PORTSIDE_UPSTREAM is the address of the VPC API.',
        },
      ).error,
    )
  const error = readErrorResponse(response)
  if (isResponseLost(response.status)) return unknown(responseStatus(response.status, error), error)
  if (!changes) return { kind: 'refused', status: response.status, error }
  return {
    kind: 'refused',
    status: response.status,
    error: response.status === 500 ? outcomeUnknown(error) : { ...error, outcome: 'refused' },
  }
}

/**
 * The status with which an error of the platform is passed on: its own when that is the status of
 * an error and the error could be read; else 502.
 */
export function responseStatus(status: number, error: PortsideError): number {
  const ofError = status >= 400 && status <= 599
  return ofError && error.error_code !== 'Portside.UnreadableAnswer' ? status : 502
}

function workOf({ work, operation_id }: Asker): Work {
  return work ?? (operation_id === undefined ? 'person' : 'change')
}

function outcomeUnknown(error: PortsideError): PortsideError {
  return { ...error, outcome: 'unknown' }
}

type Projects = ReadonlyMap<string, ProxyProject>

function projectOf(
  projects: Projects,
  { path, project_id }: Pick<UnsignedRequest, 'path' | 'project_id'>,
): ProxyProject {
  return projectById(projects, project_id ?? decodeURIComponent(path.split('/', 3)[2] ?? ''))
}

function projectById(projects: Projects, id: string): ProxyProject {
  const project = projects.get(id)
  if (!project) throw ownError('Portside.NotFound', `You don't have access to project ${id}.`)
  return project
}

/** The native form (v2.0) has no project before the port. */
function portIdOf(path: string): string {
  return decodeURIComponent(path.split('/')[path.startsWith('/v2.0/') ? 3 : 4] ?? '')
}
