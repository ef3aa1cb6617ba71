import { act, render, screen } from '@testing-library/react'
import { Profiler, type JSX } from 'react'
import { beforeAll, expect, it } from 'vitest'
import { arrangementOf, move } from '../arrangement/arrangement.ts'
import { planChange } from '../../vpc/plan-change.ts'
import type { SecurityGroupRule } from '../../vpc/security-group.ts'
import type { Planned } from '../plan/use-plan.ts'
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

function planned(list: string[], desired: string[]): Planned {
  const plan = planChange(list, desired)
  return { arrangement: move(arrangementOf(list), [list[0]!], 1), plan, ways: [plan] }
}

it('shows the traffic of a plan after the plan, and never that of another one', async () => {
  const drawn: string[] = []
  function Page(props: { planned: Planned; traffic: TrafficState }): JSX.Element {
    return (
      <Profiler id="traffic" onRender={() => drawn.push(screen.getByTestId('page').textContent)}>
        <TrafficInPlace {...props} facts={{ groups: new Map() }} />
      </Profiler>
    )
  }
  const opens = planned(['web'], ['ssh', 'web'])
  const { rerender } = render(<Page planned={opens} traffic={READING} />, {
    wrapper: ({ children }) => <div data-testid="page">{children}</div>,
  })
  const opened = compared([['web'], ['ssh', 'web']])
  rerender(<Page planned={opens} traffic={opened} />)
  expect(screen.getByText('1 newly allowed.')).toBeInTheDocument()

  // The next plan's result is there before its reading was drawn.
  const cuts = planned(['ssh', 'web'], ['web'])
  drawn.length = 0
  await act(async () => rerender(<Page planned={cuts} traffic={compared([['ssh', 'web'], ['web']])} />))
  expect(screen.getByText('1 newly denied.')).toBeInTheDocument()
  expect(drawn.length).toBeGreaterThan(1)
  expect(drawn.filter((text) => text.includes('1 newly allowed'))).toEqual([])
})
