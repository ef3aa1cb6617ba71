import { getEventListeners } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test, vi } from 'vitest'
import { abortedWithin, whenAborted } from './aborts.ts'

test('all who wait for a signal are called when it is aborted, but who took it back', () => {
  const controller = new AbortController()
  const called: string[] = []
  whenAborted(controller.signal, () => called.push('one'))
  const stay = whenAborted(controller.signal, () => called.push('two'))
  whenAborted(controller.signal, () => called.push('three'))
  stay()
  expect(called).toEqual([])
  controller.abort()
  expect(called).toEqual(['one', 'three'])
})

test('signals are apart, and have one listener however many wait', () => {
  const [one, other] = [new AbortController(), new AbortController()]
  let called = 0
  for (let times = 0; times < 20; times++) whenAborted(one.signal, () => called++)
  whenAborted(other.signal, () => called++)()
  expect(getEventListeners(one.signal, 'abort')).toHaveLength(1)
  other.abort()
  expect(called).toBe(0)
})

test('what is within a time is aborted after it, with its signal, or by who asked', async () => {
  const source = new AbortController()
  const [ended, other] = [abortedWithin(20, source.signal), abortedWithin(60_000, source.signal)]
  ended.abort('done')
  const inTime = abortedWithin(50, source.signal)
  // Then AbortSignal.any has forgotten its timeout on Node 20.
  await pause(1)
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  await vi.waitFor(() => expect(inTime.signal.aborted).toBe(true))
  expect(inTime.signal.reason).toMatchObject({ name: 'TimeoutError' })
  expect(other.signal.aborted).toBe(false)
  source.abort('gone')
  expect([ended.signal.reason, other.signal.reason]).toEqual(['done', 'gone'])
  expect(abortedWithin(60_000, source.signal).signal.reason).toBe('gone')
  expect(getEventListeners(source.signal, 'abort')).toEqual([])
})
