/**
 * The thread that judges: posts a JudgeResult for each GuardQuestion. The build has it as an entry.
 */
import { parentPort } from 'node:worker_threads'
import { judge, type GuardQuestion, type Judged } from './judge.ts'

/** The broken guards, or why they are unknown. */
export type JudgeResult = Judged | { failure: string }

parentPort!.on('message', (question: GuardQuestion) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- only windows have one
  parentPort!.postMessage(resultOf(question))
})

function resultOf(question: GuardQuestion): JudgeResult {
  try {
    return judge(question)
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) }
  }
}
