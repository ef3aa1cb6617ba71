import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { Platform } from './platform.ts'
import { addControls } from './controls.ts'
import { ERROR_CODES, PlatformError } from './error-codes.ts'
import type { EstatePlan } from './estate.ts'
import { changeBetween, Faults, refusalOf, type Fault } from './faults.ts'
import { PLATFORM_CALLS, projectOfCall, type PlatformResponse } from './platform-calls.ts'
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
  /**
   * The v3 port reads are missing, as in some regions: the gateway says that there is no such
   * API.
   */
  noV3Ports?: boolean
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
const V3_PORT_READS = /^\/v3\/:project_id\/ports(\/:id)?$/
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
  const stopping = new AbortController()

  const app = httpServer()
  await app.register(async (calls) =>
    addPlatform(calls, {
      platform,
      faults,
      stopping: stopping.signal,
      credentials: options.credentials,
      calls: options.noV3Ports
        ? PLATFORM_CALLS.filter((one) => !V3_PORT_READS.test(one.path))
        : PLATFORM_CALLS,
    }),
  )
  await app.register(async (controls) => addControls(controls, platform, faults))
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
  app.setNotFoundHandler((request, reply) =>
    refuse(request, reply, {
      ...ERROR_CODES.noSuchApi,
      error_msg: 'The API does not exist or has not been published in the environment',
    }),
  )
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

type Refusal = { status: number; error_code: string; error_msg: string }

function refuse(request: FastifyRequest, reply: FastifyReply, { status, error_code, error_msg }: Refusal) {
  return send(request, reply, status, { error_code, error_msg })
}

function send(request: FastifyRequest, reply: FastifyReply, status: number, body: Record<string, unknown>) {
  return reply
    .code(status)
    .header('x-request-id', request.id)
    .send({ ...body, request_id: request.id })
}

type Served = {
  platform: Platform
  faults: Faults
  stopping: AbortSignal
  credentials: AcceptedCredentials | undefined
  calls: typeof PLATFORM_CALLS
}

function addPlatform(app: FastifyInstance, { platform, faults, stopping, credentials, calls }: Served): void {
  for (const call of calls)
    app.route<{ Params: { project_id?: string; id?: string } }>({
      method: call.method,
      url: call.path,
      handler: (request, reply) => {
        const { project_id, id = '' } = request.params
        const carryOut = () =>
          call.respond({
            platform,
            project: projectOfCall(platform, project_id, request.headers),
            id,
            search: request.url.split('?').slice(1).join('?'),
            body: bodyOf(request),
          })
        const portOfCall = call.path.includes('/ports/:id') ? id : undefined
        return respond(request, reply, carryOut, (one) => changeBetween(platform, one, portOfCall))
      },
    })
  for (const path of new Set(calls.map((one) => one.path))) {
    const known = calls.filter((one) => one.path === path).map((one): string => one.method)
    app.route({
      method: METHODS.filter((method) => !known.includes(method)),
      url: path,
      handler: (request) => {
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
    const striking = faults.take(request.method, request.url)
    for (const one of striking) {
      if (one.kind === 'delay' && !(await delay(one.milliseconds ?? 0)))
        throw new PlatformError('serviceUnavailable', 'The emulator is stopping; nothing was carried out.')
      if (one.kind === 'change_between') change(one)
      if (one.kind === 'drop_before') return disconnect(request, reply)
      if (one.kind === 'error') {
        if (one.retry_after !== undefined) reply.header('retry-after', one.retry_after)
        return refuse(request, reply, refusalOf(one))
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
    if (noRequestId) return reply.code(status).header('x-request-id', request.id).send(body)
    return send(request, reply, status, body)
  }

  /** Waits; cut short, with false, when the emulator stops. */
  async function delay(milliseconds: number): Promise<boolean> {
    return wait(milliseconds, true, { signal: stopping }).catch(() => false)
  }
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
