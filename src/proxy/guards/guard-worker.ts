/**
 * The thread that judges: answers each GuardQuestion with a JudgeReply, in turn. An entry of the
 * build of its own.
 */
import { parentPort } from 'node:worker_threads'
import { judge, type BrokenGuard, type GuardQuestion } from './judge.ts'

/** What comes back; a failure is told, never filled in. */
export type JudgeMessage = { broken: BrokenGuard[] } | { failure: string }

parentPort!.on('message', (question: GuardQuestion) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- only windows have one
  parentPort!.postMessage(replyTo(question))
})

function replyTo(question: GuardQuestion): JudgeMessage {
  try {
    return { broken: judge(question) }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) }
  }
}
