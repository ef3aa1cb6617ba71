import * as z from 'zod/mini'
import * as answers from '../../vpc/answers.ts'
import { v1PortAnswer } from '../../vpc/v1-ports.ts'
import type { AnswerSchema } from './upstream.ts'

/**
 * A schema of answers, compiled, that takes a valid answer as it came, without a copy: a page of 200 ports is checked in a
 * fraction of the time. None of these schemas changes what it reads.
 */
function checks<T>(schema: AnswerSchema<T> & z.ZodMiniType): AnswerSchema<T> {
  const compiled = z.compile(schema)
  return {
    safeParse: (value) =>
      z.validate(compiled, value) ? { success: true, data: value as T } : schema.safeParse(value),
  }
}

// The platform's answers (src/vpc/answers.ts), as the proxy checks them.
const portAnswer = checks(answers.portAnswer)
export const dryRunAnswer = checks(answers.dryRunAnswer)
export const portsAnswer = checks(answers.portsAnswer)
export const securityGroupsAnswer = checks(answers.securityGroupsAnswer)
export const securityGroupAnswer = checks(answers.securityGroupAnswer)
export const rulesAnswer = checks(answers.rulesAnswer)

const ofAnotherPort = answers.portAnswer.check(
  z.refine(() => false, { path: ['port', 'id'], message: 'is the ID of another port' }),
)

/** The answer to show or change `portId`; an answer about another port would mislead and is refused. */
export function portAnswerOf(
  portId: string,
  schema: AnswerSchema<answers.PortAnswer> = portAnswer,
): AnswerSchema<answers.PortAnswer> {
  const id = portId.toLowerCase()
  return {
    safeParse(value) {
      const read = schema.safeParse(value)
      return !read.success || read.data.port.id.toLowerCase() === id ? read : ofAnotherPort.safeParse(value)
    },
  }
}

/** The answer to show `portId` in the old form, told in the documented one. */
export const v1PortAnswerOf = (portId: string) => portAnswerOf(portId, v1PortAnswer)
