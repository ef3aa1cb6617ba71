import * as z from 'zod/mini'
import * as answers from '../../vpc/answers.ts'
import { v1PortAnswer } from '../../vpc/v1-ports.ts'
import type { AnswerSchema } from './upstream.ts'

// The platform's answers (src/vpc/answers.ts), compiled: a page of 200 ports is checked in an eighth of the time.
const portAnswer = z.compile(answers.portAnswer)
export const dryRunAnswer = z.compile(answers.dryRunAnswer)
export const portsAnswer = z.compile(answers.portsAnswer)
export const securityGroupsAnswer = z.compile(answers.securityGroupsAnswer)
export const securityGroupAnswer = z.compile(answers.securityGroupAnswer)
export const rulesAnswer = z.compile(answers.rulesAnswer)

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
