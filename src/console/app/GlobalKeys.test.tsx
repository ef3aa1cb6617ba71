import { render, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { GlobalKeys } from './GlobalKeys.tsx'

const press = (init: KeyboardEventInit) => {
  const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init })
  document.body.dispatchEvent(event)
  return event
}

const page = (keys: boolean) => (
  <>
    <main>
      <input type="search" aria-label="Search" />
      <button type="button">Elsewhere</button>
    </main>
    {keys && <GlobalKeys />}
  </>
)

test('a key from before the code for keys was loaded is taken up once', () => {
  const { rerender } = render(page(false))
  press({ key: '/' })
  for (const key of ['k', '8', 's']) press({ key })
  // The browser would go to its own search.
  expect(press({ key: 'k', ctrlKey: true }).defaultPrevented).toBe(true)
  press({ key: '/' })
  rerender(page(true))
  expect(screen.getByRole('searchbox')).toHaveFocus()
  // Once: what is drawn later takes nothing up again.
  screen.getByRole('button').focus()
  rerender(page(false))
  rerender(page(true))
  expect(screen.getByRole('button')).toHaveFocus()
})
