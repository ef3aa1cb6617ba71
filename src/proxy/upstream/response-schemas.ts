import * as z from 'zod/mini'
import * as answers from '../../vpc/responses.ts'
import * as v1 from '../../vpc/v1-ports.ts'
import { ONE_THING } from './answer-bounds.ts'
import type { ResponseSchema } from './upstream.ts'

/** At most so many places of a wrong answer are looked for. */
const MOST_ISSUES = 10

type ObjectSchema<T> = z.ZodMiniObject & z.ZodMiniType<T>

/**
 * A schema of answers, compiled, that takes a valid answer as it came, without a copy: a page of
 * 200 ports is checked in a fraction of the time. None of these schemas changes what it reads.
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
 * What is wrong with an answer, as far as its first few wrong entries: zod itself would look for
 * all of a page's, and end the stack over some hundred thousand.
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

/** What reads an answer in the old form, and tells it in the documented one. */
function reshapes<T>(schema: z.ZodMiniPipe<z.ZodMiniObject, z.ZodMiniType<T>>): ResponseSchema<T> {
  const form = checks(schema.def.in as ObjectSchema<unknown>)
  return {
    safeParse(value) {
      const read = form.safeParse(value)
      return read.success ? schema.safeParse(value) : read
    },
  }
}

// The platform's answers (src/vpc/responses.ts), as the proxy checks them.
const portResponse = checks(answers.portResponse)
const v1PortAnswer = reshapes(v1.v1PortResponse)
export const dryRunResponse = { ...checks(answers.dryRunResponse), bounds: ONE_THING }
export const portsResponse = checks(answers.portsResponse)
export const v1PortsAnswer = reshapes(v1.v1PortsResponse)
export const securityGroupsResponse = checks(answers.securityGroupsResponse)
export const securityGroupResponse = { ...checks(answers.securityGroupResponse), bounds: ONE_THING }
export const rulesResponse = checks(answers.rulesResponse)

const ofAnotherPort = answers.portResponse.check(
  z.refine(() => false, { path: ['port', 'id'], message: 'is the ID of another port' }),
)

/**
 * The answer to show or change `portId`; an answer about another port would mislead and is refused.
 */
export function portResponseOf(
  portId: string,
  schema: ResponseSchema<answers.PortResponse> = portResponse,
): ResponseSchema<answers.PortResponse> {
  const id = portId.toLowerCase()
  return {
    bounds: ONE_THING,
    safeParse(value) {
      const read = schema.safeParse(value)
      return !read.success || read.data.port.id.toLowerCase() === id ? read : ofAnotherPort.safeParse(value)
    },
  }
}

/** The answer to show `portId` in the old form, told in the documented one. */
export const v1PortResponseOf = (portId: string) => portResponseOf(portId, v1PortAnswer)
