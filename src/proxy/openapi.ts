import { STATUS_CODES } from 'node:http'
import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import {
  createJsonSchemaTransform,
  createJsonSchemaTransformObject,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import * as z from 'zod/mini'
import { version } from '../../package.json'
import { auditRecordSummary } from '../vpc/audit-log.ts'
import { bulkChangeSummary } from '../vpc/bulk-changes-api.ts'
import { portsideError } from '../vpc/errors.ts'
import { changeStep, operationSummary } from '../vpc/portside-api.ts'
import { port } from '../vpc/port.ts'
import { securityGroup, securityGroupRule } from '../vpc/security-group.ts'
import { standingOrder } from '../vpc/standing-orders-api.ts'

/** Schemas that the description has once, by name. All others are written where they are used. */
const named = z.registry<{ id: string }>()
for (const [id, schema] of Object.entries({
  AuditRecordSummary: auditRecordSummary,
  BulkChangeSummary: bulkChangeSummary,
  Error: portsideError,
  OperationSummary: operationSummary,
  Port: port,
  Rule: securityGroupRule,
  SecurityGroup: securityGroup,
  StandingOrder: standingOrder,
  Step: changeStep,
}))
  named.add(schema, { id })

const options = { schemaRegistry: named, zodToJsonConfig: { override: describe } }
const routeSchemas = createJsonSchemaTransform(options)
const namedSchemas = createJsonSchemaTransformObject(options)

type Described = { zodSchema: z.core.$ZodType; jsonSchema: z.core.JSONSchema.BaseSchema }
type Parts = z.core.$ZodTypeDef & Partial<Record<'in' | 'out' | 'catchall', z.core.$ZodType>>

/** Corrects what the plain conversion to JSON Schema gets wrong. */
function describe({ zodSchema, jsonSchema }: Described): void {
  const { type, in: counted, out, catchall, checks } = zodSchema._zod.def as Parts
  // A later version may add fields to a response.
  if (type === 'object' && !catchall) delete jsonSchema.additionalProperties
  // A list whose length is checked before its entries (src/vpc/limits.ts, boundedList) is read in
  // two parts; the second has all that there is to say of it.
  if (type !== 'pipe' || counted?._zod.def.type !== 'array') return
  const { $schema: _, ...list } = z.toJSONSchema(out!, { override: describe })
  Object.assign(jsonSchema, list)
  for (const { _zod } of checks ?? [])
    if (_zod.def.check === 'min_length')
      jsonSchema.minItems = (_zod.def as z.core.$ZodCheckMinLengthDef).minimum
}

/**
 * Gathers the schemas of all routes under /api that are added to `app` from now on.
 * @throws Error at start, for a route without a schema, or with a part of its path that none checks
 */
export async function describeRoutes(app: FastifyInstance): Promise<void> {
  app.addHook('onRoute', ({ method, url, schema }) => {
    if (!isApi(url)) return
    if (!schema) throw new Error(`${method} ${url} has no schema`)
    const checked = Object.keys((schema.params as z.ZodMiniObject | undefined)?.shape ?? {})
    const unchecked = url.match(/(?<=:)\w+/g)?.find((name) => !checked.includes(name))
    if (unchecked) throw new Error(`${method} ${url} has no schema of ${unchecked}`)
  })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Portside', version },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: 'portside_session', description: SESSION },
        },
      },
      security: [{ session: [] }],
    },
    transform(route) {
      const { schema, url } = route
      if (!schema || !isApi(url)) return { schema: { hide: true }, url }
      const response = Object.entries({
        ...(schema.response as object | undefined),
        '4XX': portsideError,
        '5XX': portsideError,
      }).map(([status, one]) => [status, describeResponse(status, one)])
      return routeSchemas({
        ...route,
        schema: { ...schema, response: Object.fromEntries(response) },
      } as Parameters<typeof routeSchemas>[0])
    },
    transformObject(document) {
      const described = namedSchemas(document) as {
        paths?: Record<string, Record<string, { requestBody?: Body }>>
        components?: { schemas?: Record<string, object> }
      }
      // Each named schema gets a copy for requests, but no request has one of these.
      const schemas = Object.entries(described.components?.schemas ?? {})
      const used = Object.fromEntries(schemas.filter(([id]) => !id.endsWith('Input')))
      for (const methods of Object.values(described.paths ?? {}))
        for (const { requestBody } of Object.values(methods))
          if (requestBody?.content['application/json']?.schema.default !== undefined)
            requestBody.required = false
      return { ...described, components: { ...described.components, schemas: used } }
    },
  })
}

type Body = { required?: boolean; content: Record<string, { schema: { default?: unknown } }> }

const ERRORS: Readonly<Record<string, string>> = {
  '4XX': 'The request was refused. `error_code` says why, `advice` what to do.',
  '5XX': 'Portside or the platform failed. `error_code` says how, `advice` what to do.',
}

function describeResponse(status: string, schema: z.ZodMiniType | { content: unknown }) {
  if ('content' in schema) return schema
  const description = ERRORS[status] ?? STATUS_CODES[status]
  return { description, content: { 'application/json': { schema } } }
}

const SESSION =
  'The cookie that a sign-in sets. With a public https origin it is named __Host-portside_session; without any, the port that Portside listens on is part of its name.'

/** Serves the description of Portside's API (OpenAPI 3.1). */
export function serveDescription(app: FastifyInstance): void {
  let text: string | undefined
  app.withTypeProvider<ZodTypeProvider>().get(
    '/api/openapi.json',
    {
      schema: {
        summary: 'This description of the API.',
        response: { 200: z.looseObject({ openapi: z.string() }) },
      },
    },
    async (_, reply) => {
      // The routes don't change while the proxy runs.
      text ??= JSON.stringify(app.swagger())
      return reply
        .header('cache-control', 'no-store')
        .type('application/json; charset=utf-8')
        .serializer((sent: string) => sent)
        .send(text as never)
    },
  )
}

function isApi(url: string): boolean {
  return url === '/api' || url.startsWith('/api/')
}
