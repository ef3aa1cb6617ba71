import { act, renderHook } from '@testing-library/react'
import { expect, it } from 'vitest'
import { useDryRunChoice } from './dry-run-choice.ts'

it('chooses by the same function, so that the plan is not drawn for another one', () => {
  const { result, rerender } = renderHook(useDryRunChoice)
  const [on, choose] = result.current
  expect(on).toBe(true)
  rerender()
  expect(result.current[1]).toBe(choose)
  act(() => choose(false))
  expect(result.current).toEqual([false, choose])
})
