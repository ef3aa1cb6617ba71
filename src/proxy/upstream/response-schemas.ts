import * as z from 'zod/mini'
import * as responses from '../../vpc/responses.ts'
import * as v1 from '../../vpc/v1-ports.ts'
import { ONE_THING } from './response-bounds.ts'
import type { ResponseSchema } from './upstream.ts'

/** The most problems that are looked for in a wrong response. */
const MOST_ISSUES = 10

type ObjectSchema<T> = z.ZodMiniObject & z.ZodMiniType<T>

/**
 * A compiled schema of responses. A valid response is taken as it is, without a copy: a page of 200
 * ports is checked in a fraction of the time. None of these schemas changes what it reads.
 */
function checks<T>(schema: ObjectSchema<T>): ResponseSchema<T> {
  const compiled = z.compile(schema)
  return {
    safeParse: (value) =>
      z.validate(compiled, value)
        ? { success: true, data: value as T }
        : { success: false, error: firstIssues(schema, value) },
  }
}

/**
 * The first few problems of a response. zod itself would look for all problems of a page, and some
 * hundred thousand overflow its stack.
 */
function firstIssues(schema: ObjectSchema<unknown>, value: unknown): z.core.$ZodError {
  let rest = value
  const issues: z.core.$ZodIssue[] = []
  for (const [key, field] of Object.entries(schema.shape)) {
    const entries = (value as Record<string, unknown> | null)?.[key]
    if (!(field instanceof z.ZodMiniArray) || !Array.isArray(entries)) continue
    const { element } = (field as z.ZodMiniArray<z.ZodMiniType>).def
    for (const [index, entry] of entries.entries()) {
      const found = element.safeParse(entry).error?.issues.slice(0, MOST_ISSUES) ?? []
      issues.push(...found.map((issue) => ({ ...issue, path: [key, index, ...issue.path] })))
      if (issues.length >= MOST_ISSUES) break
    }
    rest = { ...(rest as object), [key]: [] }
  }
  return new z.core.$ZodError([...(schema.safeParse(rest).error?.issues ?? []), ...issues])
}

/** Reads a response in the old form (v1), and returns it in the documented one. */
function reshapes<T>(schema: z.ZodMiniPipe<z.ZodMiniObject, z.ZodMiniType<T>>): ResponseSchema<T> {
  const form = checks(schema.def.in as ObjectSchema<unknown>)
  return {
    safeParse(value) {
      const read = form.safeParse(value)
      return read.success ? schema.safeParse(value) : read
    },
  }
}

// The platform's responses (src/vpc/responses.ts), as the proxy checks them.
const portResponse = checks(responses.portResponse)
const v1PortResponse = reshapes(v1.v1PortResponse)
export const dryRunResponse = { ...checks(responses.dryRunResponse), bounds: ONE_THING }
export const portsResponse = checks(responses.portsResponse)
export const v1PortsResponse = reshapes(v1.v1PortsResponse)
export const securityGroupsResponse = checks(responses.securityGroupsResponse)
export const securityGroupResponse = { ...checks(responses.securityGroupResponse), bounds: ONE_THING }
export const rulesResponse = checks(responses.rulesResponse)

const ofAnotherPort = responses.portResponse.check(
  z.refine(() => false, { path: ['port', 'id'], message: 'is the ID of another port' }),
)

/** The response about `portId`. One about another port would mislead, and is refused. */
export function portResponseOf(
  portId: string,
  schema: ResponseSchema<responses.PortResponse> = portResponse,
): ResponseSchema<responses.PortResponse> {
  const id = portId.toLowerCase()
  return {
    bounds: ONE_THING,
    safeParse(value) {
      const read = schema.safeParse(value)
      return !read.success || read.data.port.id.toLowerCase() === id ? read : ofAnotherPort.safeParse(value)
    },
  }
}

/** The same for a port in the old form (v1), returned in the documented one. */
export const v1PortResponseOf = (portId: string) => portResponseOf(portId, v1PortResponse)
