import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { Platform, type Project } from './platform.ts'
import { Conditions } from './conditions.ts'
import { addControls } from './controls.ts'
import type { Quota } from './counted-calls.ts'
import { errorBody, type ErrorForm, type Refusal } from './error-bodies.ts'
import { ERROR_CODES, PlatformError } from './error-codes.ts'
import type { EstatePlan } from './estate.ts'
import { changeBetween, Faults, refusalOf, type Fault } from './faults.ts'
import { PLATFORM_CALLS, projectOfCall, type PlatformResponse } from './platform-calls.ts'
import { overlaid } from './overlays.ts'
import type { Region, RegionSetting } from './region.ts'
import { checkSignature, type AcceptedCredentials } from './signature.ts'
import { openFolder, openMemory } from './storage.ts'

/** How an emulator is set up; everything may be left out. */
export type EmulatorOptions = Partial<EstatePlan> & {
  /** On 127.0.0.1; 0, the default, takes any free port. */
  listenPort?: number
  /** Folder in which the state survives; without it the state is in memory. */
  data?: string | undefined
  /** When given, every call of the platform must be authenticated with these. */
  credentials?: AcceptedCredentials | undefined
  /** What the endpoint offers; all calls, unless given. */
  region?: RegionSetting
  /** How many calls a project may make; as many as it likes, unless given. */
  quota?: Quota | undefined
  /** At most this many security groups on one port; 100, unless given. */
  groupsPerPort?: number | undefined
  /** Faults from the start. */
  faults?: readonly Fault[]
}

/** A running emulator. */
export type Emulator = {
  /** `http://127.0.0.1:PORT` */
  address: string
  /** Finishes the calls under way, then frees port and folder. */
  close(): Promise<void>
}

/** Largest request body, in bytes. 1,000 group IDs take 40 KB. */
const BODY_LIMIT = 256 * 1024
const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']

/**
 * Starts the embedded platform: an HTTP server on 127.0.0.1 with the platform's calls
 * (docs/platform.md, Calls).
 * @throws StorageRefused when the data folder cannot be used; the system's error when the port is
 *   taken.
 */
export async function createEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { listenPort = 0, data, ports, groups, seed } = options
  const storage =
    data === undefined
      ? openMemory({ ports, groups, seed: seed ?? 1 })
      : openFolder(data, { ports, groups, seed })
  const platform = new Platform(storage, options.groupsPerPort)
  const faults = new Faults()
  faults.add(options.faults ?? [])
  const atStart = { region: options.region ?? {}, quota: options.quota ?? null }
  const conditions = new Conditions(atStart)
  const stopping = new AbortController()

  const app = httpServer()
  await app.register(async (calls) =>
    addPlatform(calls, {
      platform,
      faults,
      conditions,
      stopping: stopping.signal,
      credentials: options.credentials,
    }),
  )
  await app.register(async (controls) => addControls(controls, platform, faults, conditions))
  app.addHook('preClose', async () => stopping.abort())
  endUnused(app)
  app.addHook('onClose', async () => storage.close())
  try {
    const address = await app.listen({ host: '127.0.0.1', port: listenPort })
    storage.tidy()
    return { address, close: () => app.close() }
  } catch (error) {
    await app.close()
    throw error
  }
}

/**
 * A server that responds to everything, what no route knows too, with a request ID and the
 * platform's error form.
 */
function httpServer(): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_LIMIT,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // No client keeps a connection for nothing.
    requestTimeout: 60_000,
    http: { headersTimeout: 20_000, requestTimeout: 60_000, connectionsCheckingInterval: 5000 },
    routerOptions: { maxParamLength: 1000 },
    frameworkErrors: (error, request, reply) => {
      refuse(request, reply, { ...ERROR_CODES.badUrl, error_msg: `The URL cannot be read: ${error.message}` })
    },
  })
  // Bodies stay bytes: signatures are over bytes, and what is not JSON is refused in the platform's
  // form.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.setNotFoundHandler((request, reply) => refuseAsMissing(request, reply, 'APIGW.0101'))
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof PlatformError) {
      const { status, error_code } = error
      return refuse(request, reply, { status, error_code, error_msg: error.message })
    }
    const { code, statusCode, message } = error as { code?: string; statusCode?: number; message: string }
    if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
      return refuse(request, reply, {
        ...ERROR_CODES.requestTooLarge,
        error_msg: `Request entity too large: the body may have ${BODY_LIMIT} bytes`,
      })
    if (statusCode !== undefined && statusCode < 500)
      return refuse(request, reply, { ...ERROR_CODES.malformedBody, error_msg: `${message}.` })
    return refuse(request, reply, { ...ERROR_CODES.serviceFailure, error_msg: `Internal error: ${message}` })
  })
  return app
}

/**
 * Connections on which no call ever came are ended at the close; server.close() would wait for
 * them.
 */
function endUnused(app: FastifyInstance): void {
  const unused = new Set<Socket>()
  app.server.on('connection', (socket: Socket) => {
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  app.server.on('request', ({ socket }) => unused.delete(socket))
  app.addHook('preClose', async () => {
    for (const socket of unused) socket.destroy()
  })
}

function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
  form: ErrorForm = 'platform',
) {
  const { type, body } = errorBody(form, refusal, request.id)
  return reply.code(refusal.status).header('x-request-id', request.id).type(type).send(body)
}

/** The refusal of a call that the endpoint does not offer. */
function refuseAsMissing(request: FastifyRequest, reply: FastifyReply, form: Region['noSuchApi']) {
  // What knows no such path need not know of request IDs either.
  if (form === 'bare-404') return reply.code(404).type('text/plain').send('404 page not found\n')
  if (form === 'bare-405') return reply.code(405).type('text/html').send('<h1>405 Method Not Allowed</h1>\n')
  return refuse(request, reply, {
    status: 404,
    error_code: form,
    error_msg: 'The API does not exist or has not been published in the environment',
  })
}

type Served = {
  platform: Platform
  faults: Faults
  conditions: Conditions
  stopping: AbortSignal
  credentials: AcceptedCredentials | undefined
}

function addPlatform(
  app: FastifyInstance,
  { platform, faults, conditions, stopping, credentials }: Served,
): void {
  for (const call of PLATFORM_CALLS)
    app.route<{ Params: { project_id?: string; id?: string } }>({
      method: call.method,
      url: call.path,
      handler: (request, reply) => {
        const { project_id, id = '' } = request.params
        const { region, calls } = conditions
        calls.count(call.method, call.path)
        if (region.missing.has(call.part)) return refuseAsMissing(request, reply, region.noSuchApi)
        const carryOut = () => {
          const project = projectOfCall(platform, project_id, request.headers)
          const search = request.url.split('?').slice(1).join('?')
          return call.respond({
            platform,
            project: call.byEnterpriseProject ? visible(project, region, search) : project,
            region,
            id,
            url: `http://${request.headers.host}${request.url}`,
            search,
            body: bodyOf(request),
          })
        }
        const portOfCall = call.path.includes('/ports/:id') ? id : undefined
        return respond(request, reply, carryOut, (one) => changeBetween(platform, one, portOfCall))
      },
    })
  for (const path of new Set(PLATFORM_CALLS.map((one) => one.path))) {
    const ofPath = PLATFORM_CALLS.filter((one) => one.path === path)
    const known = ofPath.map((one): string => one.method)
    app.route({
      method: METHODS.filter((method) => !known.includes(method)),
      url: path,
      handler: (request, reply) => {
        const { region } = conditions
        if (ofPath.every(({ part }) => region.missing.has(part)))
          return refuseAsMissing(request, reply, region.noSuchApi)
        throw new PlatformError('methodNotAllowed', `Method ${request.method} is not allowed for this API.`)
      },
    })
  }

  async function respond(
    request: FastifyRequest,
    reply: FastifyReply,
    carryOut: () => PlatformResponse,
    change: (one: Fault) => void,
  ) {
    if (credentials) {
      const { method, url, headers } = request
      checkSignature({ method, url, headers, body: bodyOf(request) }, credentials)
    }
    const { project_id } = request.params as { project_id?: string }
    const named = project_id ?? request.headers['x-project-id'] ?? platform.firstProject().id
    const throttled = conditions.calls.take(String(named))
    if (throttled) {
      if (throttled.retryAfter !== undefined) reply.header('retry-after', throttled.retryAfter)
      return refuse(request, reply, {
        ...ERROR_CODES.throttled,
        error_msg: 'The throttling threshold has been reached: policy user over ratelimit',
      })
    }
    const striking = faults.take(request.method, request.url)
    for (const one of striking) {
      if (one.kind === 'delay' && !(await delay(one.milliseconds ?? 0)))
        throw new PlatformError('serviceUnavailable', 'The emulator is stopping; nothing was carried out.')
      if (one.kind === 'change_between') change(one)
      if (one.kind === 'drop_before') return disconnect(request, reply)
      if (one.kind === 'error') {
        if (one.retry_after !== undefined) reply.header('retry-after', one.retry_after)
        return refuse(request, reply, refusalOf(one), one.form)
      }
    }
    const outcome = attempt(carryOut)
    for (const one of striking) {
      if (one.kind === 'delay_answer') await delay(one.milliseconds ?? 0)
      if (one.kind === 'drop_after') return disconnect(request, reply)
      if (one.kind === 'garbage')
        return reply
          .code(one.status ?? 200)
          .type('text/html')
          .send('<!DOCTYPE html><html><head><title>Bad Gat')
    }
    const { status, body, noRequestId } = outcome()
    const shown = overlaid(body, conditions.overlays, request.url)
    return reply
      .code(status)
      .header('x-request-id', request.id)
      .send(noRequestId ? shown : { ...shown, request_id: request.id })
  }

  /** Waits; cut short, with false, when the emulator stops. */
  async function delay(milliseconds: number): Promise<boolean> {
    return wait(milliseconds, true, { signal: stopping }).catch(() => false)
  }
}

/**
 * What of a project a list shows in this region: nothing, or a refusal, to those who name no
 * enterprise project where one is wanted (docs/platform.md, Permissions).
 * @throws PlatformError 403
 */
function visible(project: Project, region: Region, search: string): Project {
  const named = new URLSearchParams(search).get('enterprise_project_id')
  if (region.enterpriseProject === 'optional' || named) return project
  if (region.enterpriseProject === 'empty') return project.empty()
  throw new PlatformError(
    'projectNotAllowed',
    'Policy does not allow this action for all enterprise projects: name one by enterprise_project_id.',
  )
}

const bodyOf = (request: FastifyRequest) => (request.body as Buffer | undefined) ?? Buffer.alloc(0)

/** Makes a call now; its result, or its refusal, is given when asked for. */
function attempt<T>(call: () => T): () => T {
  try {
    const result = call()
    return () => result
  } catch (error) {
    return () => {
      throw error
    }
  }
}

function disconnect(request: FastifyRequest, reply: FastifyReply) {
  reply.hijack()
  request.raw.socket.destroy()
}
