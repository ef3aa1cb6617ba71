import { render, screen, waitFor } from '@testing-library/react'
import { Profiler, type JSX } from 'react'
import { expect, it } from 'vitest'
import { useFewEachFrame } from './few-each-frame.ts'

type RowProps = { name: string; isNow?: boolean; isAhead?: boolean }

function Row({ name, isNow = false, isAhead = false }: RowProps): JSX.Element {
  return <li>{useFewEachFrame(isNow, isAhead) && name}</li>
}

function rows(count: number, name: string, isAhead = false): JSX.Element[] {
  return Array.from({ length: count }, (_, n) => <Row key={`${name} ${n}`} {...{ name, isAhead }} />)
}

const shown = (name: string) => screen.queryAllByText(name).length

it('draws rows ahead at once while few wait', () => {
  const { rerender } = render(rows(8, 'in sight'))
  rerender([...rows(8, 'in sight'), ...rows(6, 'ahead', true)])
  expect([shown('in sight'), shown('ahead')]).toEqual([0, 6])
})

it('draws rows ahead after those in sight where many wait, a few in each frame', async () => {
  const counts = new Set<number>()
  const page = (more: JSX.Element[]) => (
    <Profiler id="rows" onRender={() => counts.add(screen.queryAllByText(/ahead|in sight/).length)}>
      {rows(20, 'in sight')}
      {more}
    </Profiler>
  )
  const { rerender } = render(page([]))
  rerender(page([...rows(12, 'ahead', true), <Row key="open" name="expanded" />]))
  expect([shown('in sight'), shown('ahead'), shown('expanded')]).toEqual([0, 0, 0])
  rerender(page([...rows(12, 'ahead', true), <Row key="open" name="expanded" isNow />]))
  expect(shown('expanded')).toBe(1)

  await waitFor(() => expect(shown('ahead')).toBeGreaterThan(0))
  expect(shown('in sight')).toBe(20)
  await waitFor(() => expect(shown('ahead')).toBe(12))
  // None, some at a time, all.
  expect(counts.size).toBeGreaterThan(2)
})

it('forgets rows that left before their turn', () => {
  const { rerender } = render(rows(20, 'in sight'))
  rerender([])
  rerender(rows(6, 'ahead', true))
  expect(shown('ahead')).toBe(6)
})
