import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import { CallError } from '../proxy-client/call-error.ts'
import { ErrorPanel } from './ErrorPanel.tsx'

test('shows code, message, request ID, the fields concerned, and what to do', () => {
  const error = new CallError(400, {
    error_code: 'Portside.InvalidRequest',
    error_msg: 'The request is not as it must be.',
    request_id: '458691c0-7db2-43d8-9400-053800c5ff53',
    advice: 'Correct the fields.',
    fields: [{ path: 'port.index', message: 'must be 0 or more' }],
  })
  render(<ErrorPanel error={error} title="The check was refused" />)
  const panel = screen.getByRole('alert')
  for (const words of [
    'The check was refused',
    'The request is not as it must be.',
    'Portside.InvalidRequest',
    '458691c0-7db2-43d8-9400-053800c5ff53',
    'Correct the fields.',
    'port.index must be 0 or more',
  ])
    expect(panel).toHaveTextContent(words)
})

test('says what to do where nobody gave advice, and nothing untrue', () => {
  const error = new CallError(504, {
    error_code: 'Portside.Timeout',
    error_msg: 'No response.',
    outcome: 'unknown',
  })
  render(<ErrorPanel error={error} title="Not applied" />)
  const panel = screen.getByRole('alert')
  expect(panel).toHaveTextContent('Whether the request was carried out is unknown')
  expect(panel).toHaveTextContent('Read the port again before anything else')
  expect(panel).not.toHaveTextContent('Not applied')
  expect(panel).toHaveTextContent('Try again in a moment')
  expect(panel).toHaveTextContent('Request IDnone given')
})

test("adds nothing to the platform's words where their status means no more", () => {
  const error = new CallError(405, { error_code: 'HTTP.405', error_msg: 'Method GET is not here.' })
  render(<ErrorPanel error={error} title="The ports could not be read" />)
  const panel = screen.getByRole('alert')
  expect(panel).toHaveTextContent('Method GET is not here.')
  expect(panel).toHaveTextContent('HTTP.405 (status 405)')
  expect(panel).not.toHaveTextContent(/try again|check|ask/i)
})

test('says of an unknown outcome what is true of this very request', () => {
  const error = new CallError(0, { error_code: 'X', error_msg: 'No response.', outcome: 'unknown' })
  const unknown = { title: 'Whether it was applied is unknown', text: 'Send it again.' }
  render(<ErrorPanel error={error} title="Not applied" unknown={unknown} />)
  const panel = screen.getByRole('alert')
  expect(panel).toHaveTextContent('Whether it was applied is unknown')
  expect(panel).toHaveTextContent('Send it again.')
  expect(panel).not.toHaveTextContent('Not applied')
})

test('shows an error of Portside itself in its own words, and tries again when asked', async () => {
  const retry = vi.fn()
  render(<ErrorPanel error={new TypeError('x is not a function')} title="Broken" onRetry={retry} />)
  expect(screen.getByRole('alert')).toHaveTextContent('x is not a function')
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect(retry).toHaveBeenCalledOnce()
})

test.each([
  new TypeError('Failed to fetch dynamically imported module: http://portside/x.js'),
  new Error('Unable to preload CSS for http://portside/x.css'),
])('takes a part of the page that could not be loaded for no error of Portside', (error) => {
  render(<ErrorPanel error={error} title="This page could not be shown" />)
  const panel = screen.getByRole('alert')
  expect(panel).toHaveTextContent('This part of the page could not be loaded')
  expect(panel).not.toHaveTextContent('error in Portside')
})
