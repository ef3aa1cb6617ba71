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

const ERROR = { error_code: 'VPC.0010', error_msg: 'Not now.', request_id: 'request-2' }
const STEP = {
  expected: ['a'],
  off_the_port: [],
  request_id: null,
  found_by_reading: false,
  attempts: 1,
}

/** Moving `b` to the top stopped after it was removed; somebody has put it there since. */
const STOPPED: Operation = {
  ...TOO_LARGE,
  too_large: false,
  status: 'stopped',
  planned_from: ['a', 'b'],
  before: ['a', 'b'],
  desired: ['b', 'a'],
  steps: [
    { ...STEP, step: { kind: 'remove', security_groups: ['b'] }, status: 'done' },
    {
      ...STEP,
      step: { kind: 'insert', security_groups: ['b'], index: 0 },
      expected: ['b', 'a'],
      status: 'failed',
      request_id: 'request-2',
      error: ERROR,
    },
  ],
  list_now: ['b', 'a'],
  error: ERROR,
}

function stopped(operation: Operation): HTMLElement {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <StoppedOperation
        operation={operation}
        port={{ id: 'port', name: 'web', security_groups: operation.list_now ?? [] }}
        facts={{ groups: new Map(), rules: new Map(), unnamed: new Set(), error: null, retry: () => {} }}
        limit={100}
        policy="choose"
        offered={['steps', 'one-call']}
        forbidden={undefined}
      />
    </QueryClientProvider>,
  )
  return screen.getByRole('alert')
}

test('one that is too large to show can be left as it is, and nothing else', () => {
  const alert = stopped(TOO_LARGE)
  expect(alert).toHaveTextContent('stopped, and is too large to show')
  // Its lists are left out: going back to them would take every group off the port.
  expect(screen.getAllByRole('button').map(({ textContent }) => textContent)).toEqual(['Leave as it is'])
  expect(alert).not.toHaveTextContent('0 of 0 steps')
})

test('says the error once, in full', () => {
  const words = stopped(STOPPED).textContent
  expect(words.match(/Not now\./g)).toHaveLength(1)
  expect(words.match(/VPC\.0010/g)).toHaveLength(1)
  expect(screen.getAllByText('request-2')).toHaveLength(1)
})

test('says where a choice has nothing to send, and what the other one sends', () => {
  const alert = stopped(STOPPED)
  expect(alert).toHaveTextContent('The port has the planned list.')
  expect(alert).toHaveTextContent('Finish the changeSends nothing: the port has this list already.')
  expect(alert).toHaveTextContent('Roll backSends 2 calls: remove a; then insert a at the top.')
})
