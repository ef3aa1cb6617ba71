import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import * as z from 'zod/mini'
import { refusedFields } from '../vpc/errors.ts'
import { uuid } from '../vpc/ids.ts'
import { boundedText, MOST_FIELDS_NAMED } from '../vpc/limits.ts'
import { isRepeated, readQuery } from '../vpc/requests.ts'
import { isObject } from '../vpc/shown.ts'
import { compiled } from './compiled.ts'
import { ownError, type ProxyError } from './errors.ts'
import type { Asker } from './upstream/upstream.ts'

/**
 * Checks every request to `app` by the schemas of its route (`schema` in the route's options), and
 * gives the handler what they read. The same schemas describe the route (openapi.ts). What they
 * refuse is Portside.InvalidRequest.
 * @throws Error at start, when a schema has a text, list or number without a maximum
 */
export function checkRequests(app: FastifyInstance): void {
  app.setValidatorCompiler<z.core.$ZodType>(({ schema, httpPart }) => {
    refuseUnbounded(schema)
    const where = PARTS[httpPart ?? ''] ?? 'body'
    const read =
      where === 'query'
        ? (value: unknown) => readQuery(schema as z.ZodMiniObject, pairsOf(value as QueryValues))
        : // Without a body, Fastify gives null.
          (value: unknown) => value ?? undefined
    const shorten = where === 'body' ? shortening(schema) : undefined
    return (value: unknown) => {
      const left = { wrong: MOST_WRONG }
      const whole = read(value)
      const given = shorten ? shorten(whole, left) : whole
      const result = compiled(schema as z.ZodMiniType).safeParse(given)
      if (result.success) return { value: result.data }
      const isOne = (name: string) => where !== 'query' || !isRepeated(schema as z.ZodMiniObject, given, name)
      return { error: refusal(result.error, given, where, isOne, left.wrong <= 0) }
    }
  })
  // The schemas of responses describe and type them. Checking each one would only take time
  // (docs/decisions/0011-route-schemas.md).
  app.setSerializerCompiler(() => JSON.stringify)
}

type Part = 'path' | 'query' | 'body'
const PARTS: Readonly<Record<string, Part>> = { params: 'path', querystring: 'query', body: 'body' }

/**
 * Refuses requests for a project that is not one of `projects`, before anything else is checked.
 */
export function checkProjects(app: FastifyInstance, projects: ReadonlySet<string>): void {
  app.addHook<{ Params: { project_id?: string } }>('preValidation', ({ params }, _, done) => {
    const { project_id } = params
    if (project_id !== undefined && !projects.has(project_id))
      throw ownError('Portside.NotFound', `You don't have access to project ${project_id}.`, {
        advice: 'Choose another project, or ask your Portside administrator to add it to PORTSIDE_PROJECTS.',
      })
    done()
  })
}

// checkProjects refuses unknown projects.
const project_id = boundedText()
/** The path of a list of a project. */
export const projectParams = z.object({ project_id })
/** The path of one port. */
export const portParams = z.object({ project_id, port_id: uuid })
/** The path of one security group. */
export const groupParams = z.object({ project_id, security_group_id: uuid })
/** The path of one operation or audit record. */
export const idParams = z.object({ id: uuid })

/** The longest time that a read waits for a newer revision, in seconds. */
const LONGEST_POLL_SECONDS = 60

/** A read of what is newer than revision `after`, if it is so within `wait` seconds. */
export const pollQuery = z.strictObject({
  after: z.optional(z.coerce.number().check(z.int(), z.gte(0), z.lte(Number.MAX_SAFE_INTEGER))),
  wait: z.optional(z.coerce.number().check(z.gte(0), z.lte(LONGEST_POLL_SECONDS))),
})

type QueryValues = Readonly<Record<string, string | readonly string[]>>

/** The values of a query by name. Several of one name make a list. */
export function queryValues(text: string): QueryValues {
  const values: Record<string, string | string[]> = Object.create(null)
  if (text === '') return values
  for (const [name, value] of new URLSearchParams(text)) {
    const earlier = values[name]
    if (earlier === undefined) values[name] = value
    else if (Array.isArray(earlier)) earlier.push(value)
    else values[name] = [earlier, value]
  }
  return values
}

function* pairsOf(values: QueryValues): Generator<[string, string]> {
  for (const [name, value] of Object.entries(values))
    if (typeof value === 'string') yield [name, value]
    else for (const one of value) yield [name, one]
}

/**
 * Every text, list and number that a schema of requests reads must have a maximum: without one, a
 * single request could take all memory, or all time.
 * @throws Error that names what has none
 */
function refuseUnbounded(schema: z.core.$ZodType): void {
  const unbounded = findUnbounded(schema, '')
  if (unbounded !== undefined) throw new Error(`a schema of requests has no maximum at '${unbounded}'`)
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
    case 'default':
      return first([['', def.innerType!]])
    // `in` checks the length before `out` checks the entries (src/vpc/limits.ts, boundedList).
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

/** So many wrong entries of lists are looked at: a large body has room for millions. */
const MOST_WRONG = 1000

/** A value whose lists end where `left.wrong` is used up. Nothing else of it changes. */
type Shorten = (value: unknown, left: { wrong: number }) => unknown

/**
 * Cuts what a body has after so many wrong entries that it is refused anyway. zod names every one,
 * takes gigabytes for millions, and fails on a hundred thousand of them. Undefined where a schema
 * has no list. Lists in one of several forms are counted with the entry that has them.
 */
function shortening(schema: z.core.$ZodType): Shorten | undefined {
  const def = schema._zod.def as Def
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
      return shortening(def.innerType!)
    case 'pipe':
      return shortening(def.out!)
    case 'object':
      return shorteningFields(def.shape!)
    case 'array':
      return shorteningList(def.element!, schema._zod.bag.maximum as number)
    default:
      return undefined
  }
}

function shorteningFields(shape: Record<string, z.core.$ZodType>): Shorten | undefined {
  const fields = Object.entries(shape).flatMap(([name, field]) => {
    const shorten = shortening(field)
    return shorten ? [{ name, shorten }] : []
  })
  if (fields.length === 0) return undefined
  return (value, left) => {
    if (!isObject(value)) return value
    const copy: Record<string, unknown> = { ...value }
    for (const { name, shorten } of fields)
      if (Object.hasOwn(copy, name)) copy[name] = shorten(copy[name], left)
    return copy
  }
}

function shorteningList(element: z.core.$ZodType, most: number): Shorten {
  const shorten = shortening(element)
  return (value, left) => {
    // A list that is too long is refused before its entries are looked at.
    if (!Array.isArray(value) || value.length > most) return value
    const kept: unknown[] = []
    for (const one of value as unknown[]) {
      if (left.wrong <= 0) break
      kept.push(shorten ? shorten(one, left) : one)
      const { error } = compiled(element as z.ZodMiniType).safeParse(kept.at(-1))
      if (error) left.wrong -= error.issues.length
    }
    return kept
  }
}

/**
 * The refusal of a request: the fields that a schema refused, at most ten, and how many more.
 * @param isCut whether there may be more than `error` has
 */
function refusal(
  error: z.core.$ZodError,
  value: unknown,
  where: Part,
  isOne: (name: string) => boolean,
  isCut: boolean,
): ProxyError {
  const fields = refusedFields(error, value).map(({ path, message }) => ({
    path,
    message: isOne(path) ? message : 'must be given once',
  }))
  const problems = fields.map(({ path, message }) => `${path || `the ${where}`} ${message}`).join('; ')
  const left = error.issues.length - MOST_FIELDS_NAMED
  const more = left > 0 ? `; and ${isCut ? 'at least ' : ''}${left} more` : ''
  return ownError(
    'Portside.InvalidRequest',
    `The ${where} of the request is not valid: ${problems}${more}.`,
    {
      fields,
    },
  )
}

const goneSignals = new WeakMap<Socket, AbortSignal>()

/**
 * Aborted when the browser goes away before its response, which nobody needs any more. All requests
 * of a connection share it, as they end with the connection, and one for each would be a good part
 * of a request's cost.
 */
export function goneSignal({ socket }: FastifyRequest): AbortSignal {
  const known = goneSignals.get(socket)
  if (known) return known
  const gone = new AbortController()
  const leave = () => gone.abort(ownError('Portside.Stopping', 'The caller went away.'))
  if (socket.destroyed) leave()
  else socket.once('close', leave)
  goneSignals.set(socket, gone.signal)
  return gone.signal
}

/** The caller for whom a request calls the platform: its request ID, and its going away. */
export function askerOf(request: FastifyRequest): Asker {
  return { request_id: request.id, signal: goneSignal(request) }
}
