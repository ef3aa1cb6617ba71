import { render, screen, waitFor } from '@testing-library/react'
import { expect, it } from 'vitest'
import { useFewEachFrame } from './few-each-frame.ts'

function Row({ name, isNow = false, isAhead = false }: { name: string; isNow?: boolean; isAhead?: boolean }) {
  return <li>{useFewEachFrame(isNow, isAhead) ? name : ''}</li>
}
const rows = (count: number, name: string, isAhead = false) =>
  Array.from({ length: count }, (_, n) => <Row key={`${name} ${n}`} name={name} isAhead={isAhead} />)

it('draws rows ahead at once where few wait, and behind those in sight after a jump', async () => {
  const { rerender } = render(rows(8, 'ahead', true))
  expect(screen.getAllByText('ahead')).toHaveLength(8)

  rerender(rows(20, 'in sight'))
  expect(screen.queryAllByText('in sight')).toHaveLength(0)
  rerender([...rows(20, 'in sight'), ...rows(12, 'ahead', true), <Row key="now" name="expanded" isNow />])
  expect(screen.queryAllByText('ahead')).toHaveLength(0)
  expect(screen.getAllByText('expanded')).toHaveLength(1)

  await waitFor(() => expect(screen.getAllByText(/ahead|in sight/)).toHaveLength(32))
})
