import { render, screen } from '@testing-library/react'
import { Profiler, type JSX } from 'react'
import { beforeAll, expect, it } from 'vitest'
import { planChange, type ChangePlan } from '../../vpc/plan-change.ts'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import { compareTraffic } from '../traffic/compare-traffic.ts'
import { READING, type TrafficState } from '../traffic/use-traffic.ts'
import { TrafficInPlace } from './TrafficInPlace.tsx'

const ssh: SecurityGroupRule = {
  id: 'r1',
  security_group_id: 'ssh',
  direction: 'ingress',
  ethertype: 'IPv4',
  protocol: 'tcp',
  multiport: '22',
}

beforeAll(() => {
  // jsdom lays nothing out: no size ever changes.
  globalThis.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  }
})

function compared(lists: string[][]): TrafficState {
  const question = { portSecurity: true, lists, rules: { ssh: [ssh], web: [] } }
  return { state: 'compared', question, result: compareTraffic(question) }
}

it('shows the traffic of a plan after the plan, and never that of another one', () => {
  const drawn: string[] = []
  function Page(props: { plan: ChangePlan; traffic: TrafficState }): JSX.Element {
    return (
      <Profiler id="traffic" onRender={() => drawn.push(screen.getByTestId('page').textContent)}>
        <TrafficInPlace {...props} facts={{ groups: new Map() }} />
      </Profiler>
    )
  }
  const opens = planChange(['web'], ['ssh', 'web'])
  const { rerender } = render(<Page plan={opens} traffic={READING} />, {
    wrapper: ({ children }) => <div data-testid="page">{children}</div>,
  })
  const opened = compared([['web'], ['ssh', 'web']])
  drawn.length = 0
  rerender(<Page plan={opens} traffic={opened} />)
  expect(drawn[0]).toBe('Comparing traffic')
  expect(screen.getByText('1 newly allowed.')).toBeInTheDocument()

  // More is known of the same result: what was typed stays.
  const typed = screen.getByLabelText('Remote address')
  rerender(<Page plan={opens} traffic={{ ...opened }} />)
  expect(typed).toBeInTheDocument()

  // The next plan's result is there before its reading was drawn.
  const cuts = planChange(['ssh', 'web'], ['web'])
  drawn.length = 0
  rerender(<Page plan={cuts} traffic={compared([['ssh', 'web'], ['web']])} />)
  expect(drawn[0]).toBe('Comparing traffic')
  expect(screen.getByText('1 newly denied.')).toBeInTheDocument()
  expect(drawn.filter((text) => text.includes('1 newly allowed'))).toEqual([])

  // Nothing else is drawn with the list as it is: nobody who reads below it sees that move.
  drawn.length = 0
  rerender(<Page plan={planChange(['web'], ['web'])} traffic={compared([['web']])} />)
  expect(drawn[0]).toContain('Try a packet')
})
