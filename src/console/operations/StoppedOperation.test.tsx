import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import type { Operation } from '../../vpc/portside-api.ts'
import { StoppedOperation } from './StoppedOperation.tsx'

const TOO_LARGE: Operation = {
  operation_id: 'operation',
  project_id: 'project',
  port_id: 'port',
  user: 'operator',
  purpose: 'change',
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  revision: 3,
  status: 'interrupted',
  too_large: true,
  planned_from: [],
  before: [],
  desired: [],
  steps: [],
  list_now: ['a', 'b'],
  list_read_at: null,
  off_the_port: [],
}

test('one that is too large to show can be left as it is, and nothing else', () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <StoppedOperation
        operation={TOO_LARGE}
        port={{ id: 'port', name: 'web' }}
        facts={{ groups: new Map() }}
        limit={100}
        policy="choose"
        offered={['steps', 'one-call']}
        forbidden={undefined}
      />
    </QueryClientProvider>,
  )
  expect(screen.getByRole('alert')).toHaveTextContent('stopped, and is too large to show')
  // Its lists are left out: going back to them would take every group off the port.
  expect(screen.getAllByRole('button').map(({ textContent }) => textContent)).toEqual(['Leave as it is'])
  expect(screen.getByRole('alert')).not.toHaveTextContent('0 of 0 steps')
})
