import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import { Button } from './Button.tsx'

test('a button that can not be pressed keeps the focus, says why, and does nothing', async () => {
  const press = vi.fn()
  const submit = vi.fn((event: React.FormEvent) => event.preventDefault())
  render(
    <form onSubmit={submit}>
      <Button type="submit" onClick={press} disabledReason="Nothing has changed.">
        Apply
      </Button>
    </form>,
  )
  const button = screen.getByRole('button', { name: 'Apply' })
  expect(button).toHaveAccessibleDescription('Nothing has changed.')
  await userEvent.tab()
  expect(button).toHaveFocus()
  await userEvent.click(button)
  await userEvent.keyboard('{Enter}')
  expect(press).not.toHaveBeenCalled()
  expect(submit).not.toHaveBeenCalled()
})

test('a busy button can not be pressed twice', async () => {
  const press = vi.fn()
  const { rerender } = render(<Button onClick={press}>Check</Button>)
  await userEvent.click(screen.getByRole('button', { name: 'Check' }))
  rerender(
    <Button onClick={press} busy>
      Check
    </Button>,
  )
  await userEvent.click(screen.getByRole('button', { name: 'Check' }))
  expect(press).toHaveBeenCalledOnce()
})
