import type { Socket } from 'node:net'
import type { FastifyRequest } from 'fastify'
import * as z from 'zod/mini'
import { refusedFields } from '../vpc/errors.ts'
import { isUuid, uuid } from '../vpc/ids.ts'
import { ownError } from './errors.ts'
import type { Asker } from './upstream/upstream.ts'

/** The path parameters of the platform's calls, by the names of the reference's Table 1. */
export type Params = { project_id: string; port_id: string; security_group_id: string }

/** @throws ProxyError when a project is not one of `projects`, or another ID is no UUID */
export function checkParams(params: Partial<Params>, projects: ReadonlySet<string>): void {
  const { project_id, ...ids } = params
  if (project_id !== undefined && !projects.has(project_id))
    throw ownError('Portside.NotFound', `Project ${project_id} is not one of this proxy's projects.`, {
      advice: 'Choose one of the projects that the console offers, or add it to PORTSIDE_PROJECTS.',
    })
  for (const [path, id] of Object.entries(ids))
    if (!isUuid(id)) checked(z.object({ [path]: uuid }), { [path]: id }, 'path')
}

/** `value` as `schema` reads it. @throws ProxyError Portside.InvalidRequest with the fields that it refused */
export function checked<S extends z.ZodMiniType>(
  schema: S,
  value: unknown,
  where: 'path' | 'query' | 'body',
): z.output<S> {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const fields = refusedFields(read.error, value)
  const told = fields.map(({ path, message }) => `${path || `the ${where}`} ${message}`).join('; ')
  throw ownError('Portside.InvalidRequest', `The ${where} of the request is not valid: ${told}.`, { fields })
}

const goneSignals = new WeakMap<Socket, AbortSignal>()

/**
 * Aborted when the browser goes away before its answer: what it asked for is no longer of use to anybody. All requests of one
 * connection share it: they end with the connection, and making one for each would be a good part of a request's cost.
 */
export function goneSignal({ socket }: FastifyRequest): AbortSignal {
  const known = goneSignals.get(socket)
  if (known) return known
  const gone = new AbortController()
  const leave = () => gone.abort(ownError('Portside.Stopping', 'The asker went away.'))
  if (socket.destroyed) leave()
  else socket.once('close', leave)
  goneSignals.set(socket, gone.signal)
  return gone.signal
}

/** The asker of calls of the platform that one request needs; see goneSignal. */
export function askerOf(request: FastifyRequest): Asker {
  return { request_id: request.id, signal: goneSignal(request) }
}
