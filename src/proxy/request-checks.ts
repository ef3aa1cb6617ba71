import type { Socket } from 'node:net'
import type { FastifyRequest } from 'fastify'
import * as z from 'zod/mini'
import { refusedFields } from '../vpc/errors.ts'
import { isUuid, uuid } from '../vpc/ids.ts'
import { MOST_FIELDS_NAMED } from '../vpc/limits.ts'
import { readQuery } from '../vpc/requests.ts'
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
  for (const [path, id] of Object.entries(ids)) if (!isUuid(id)) checked(ID, { id }, 'path', path)
}

const ID = bounded(z.object({ id: uuid }))

declare const BOUNDED: unique symbol
/** A schema that can't be met by a value without bounds: see bounded. */
export type Bounded<S> = S & { readonly [BOUNDED]: true }

/**
 * A schema for what comes from outside. Every text, list and number that it reads has a maximum, or
 * the proxy does not start: without one, a single request could take all memory, or all time.
 * @throws Error that names what has none
 */
export function bounded<S extends z.ZodMiniType>(schema: S): Bounded<S> {
  const unbounded = findUnbounded(schema, '')
  if (unbounded !== undefined) throw new Error(`a schema of requests has no maximum at '${unbounded}'`)
  return schema as Bounded<S>
}

type Def = z.core.$ZodTypeDef & {
  format?: string
  shape?: Record<string, z.core.$ZodType>
  catchall?: z.core.$ZodType
  options?: z.core.$ZodType[]
  element?: z.core.$ZodType
  innerType?: z.core.$ZodType
  in?: z.core.$ZodType
  out?: z.core.$ZodType
}

/** The path of what has no maximum in `schema`; undefined when everything has one. */
function findUnbounded(schema: z.core.$ZodType, path: string): string | undefined {
  const def = schema._zod.def as Def
  const first = (parts: [name: string, schema: z.core.$ZodType][]) => {
    for (const [name, part] of parts) {
      const found = findUnbounded(part, [path, name].filter(Boolean).join('.'))
      if (found !== undefined) return found
    }
    return undefined
  }
  switch (def.type) {
    case 'boolean':
    case 'enum':
    case 'literal':
      return undefined
    case 'string':
      return hasCheck(schema, 'max_length') ? undefined : path
    case 'number':
      return def.format === 'safeint' || (hasCheck(schema, 'greater_than') && hasCheck(schema, 'less_than'))
        ? undefined
        : path
    case 'array':
      return hasCheck(schema, 'max_length') ? first([['0', def.element!]]) : path
    case 'object':
      return def.catchall && def.catchall._zod.def.type !== 'never' ? path : first(Object.entries(def.shape!))
    case 'union':
      return first(def.options!.map((option) => ['', option]))
    case 'optional':
    case 'nullable':
      return first([['', def.innerType!]])
    // Read as `in` first, whose length is bounded; what is in it, `out` checks.
    case 'pipe':
      return isBoundedList(def.in!) ? first([['', def.out!]]) : path
    default:
      return path
  }
}

function isBoundedList(schema: z.core.$ZodType): boolean {
  return schema._zod.def.type === 'array' && hasCheck(schema, 'max_length')
}

function hasCheck(schema: z.core.$ZodType, name: string): boolean {
  return schema._zod.def.checks?.some(({ _zod }) => _zod.def.check === name) ?? false
}

/**
 * `value` as `schema` reads it.
 * @param alias how the field is called in the refusal, where the schema has one only
 * @throws ProxyError Portside.InvalidRequest with the fields that it refused, at most ten, and how
 *   many more there are
 */
export function checked<S extends z.ZodMiniType>(
  schema: Bounded<S>,
  value: unknown,
  where: 'path' | 'query' | 'body',
  alias?: string,
): z.output<S> {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const refused = refusedFields(read.error, value)
  const fields = alias === undefined ? refused : refused.map(({ message }) => ({ path: alias, message }))
  const problems = fields.map(({ path, message }) => `${path || `the ${where}`} ${message}`).join('; ')
  const left = read.error.issues.length - MOST_FIELDS_NAMED
  const more = left > 0 ? `; and ${left} more` : ''
  throw ownError('Portside.InvalidRequest', `The ${where} of the request is not valid: ${problems}${more}.`, {
    fields,
  })
}

/** The query of `url`, typed. @throws ProxyError when it does not fit `schema` */
export function checkedQuery<S extends z.ZodMiniObject>(schema: Bounded<S>, url: string): z.output<S> {
  const start = url.indexOf('?')
  const params = new URLSearchParams(start < 0 ? '' : url.slice(start + 1))
  return checked(schema, readQuery(schema, params), 'query')
}

const goneSignals = new WeakMap<Socket, AbortSignal>()

/**
 * Aborted when the browser goes away before its answer: what it asked for is no longer of use to
 * anybody. All requests of one connection share it: they end with the connection, and making one
 * for each would be a good part of a request's cost.
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
