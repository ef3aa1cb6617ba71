import { afterAll, expect, test } from 'vitest'
import type { Worker } from 'node:worker_threads'
import type { GuardQuestion } from './judge.ts'
import { JudgingThread, startWorker } from './judging-thread.ts'

const started: Worker[] = []
const thread = new JudgingThread(() => {
  const worker = startWorker()
  started.push(worker)
  return worker
})
afterAll(() => thread.close())

const ssh = { id: 'r', security_group_id: 'ssh', direction: 'ingress', protocol: 'tcp', multiport: '22' }
const question: GuardQuestion = {
  guards: [{ name: 'no SSH', protocol: 'tcp', ports: '22', remote: 'anywhere' }],
  lists: [[], ['ssh']],
  before: undefined,
  rules: new Map([['ssh', [ssh]]]),
  members: new Map(),
  entries: new Map(),
}

test('one thread judges one question at a time; a dead one is replaced', async () => {
  const [first, none] = await Promise.all([
    thread.judge(question),
    thread.judge({ ...question, lists: [['ssh'], ['ssh']] }),
  ])
  expect(first.broken).toMatchObject([{ guard: 0, certain: true }])
  expect(none.broken).toEqual([])
  expect(started).toHaveLength(1)

  const dying = thread.judge(question)
  const next = thread.judge(question)
  const [failed] = await Promise.allSettled([dying, started[0]!.terminate()])
  expect(failed).toMatchObject({ status: 'rejected', reason: { message: 'the thread that compares ended' } })
  expect(await next).toEqual(first)
  expect(started).toHaveLength(2)

  // A question that can't be judged fails with the reason.
  await expect(thread.judge({ ...question, lists: null as never })).rejects.toThrow(/null/)
})
