import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { whenAborted } from './aborts.ts'

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
