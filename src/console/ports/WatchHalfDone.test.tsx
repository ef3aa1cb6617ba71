import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import { expect, test } from 'vitest'
import { awaitingChoiceQuery } from '../proxy-client/awaiting-choice.ts'
import { departingPortsQuery } from '../proxy-client/standing-orders.ts'
import { WatchHalfDone, type BadgesByPort } from './WatchHalfDone.tsx'

const PORTS = 10_000

test('of 10,000 ports that depart, badges are made where a row is drawn, and once', () => {
  const client = new QueryClient({ defaultOptions: { queries: { enabled: false } } })
  let asked = 0
  const ports = Array.from({ length: PORTS }, (_, n) => ({
    port_id: `port-${n}`,
    get orders() {
      asked++
      return [0]
    },
  }))
  client.setQueryDefaults(departingPortsQuery('project').queryKey, { structuralSharing: false })
  client.setQueryData(departingPortsQuery('project').queryKey, {
    ...{ orders: [{ order_id: 'order', name: 'attackers first' }], ports, complete: true },
  })
  client.setQueryData(awaitingChoiceQuery('project').queryKey, { operations: [], more: false })
  const given: BadgesByPort[] = []
  const onChange = (badges: BadgesByPort) => given.push(badges)
  const table = () => (
    <QueryClientProvider client={client}>
      <WatchHalfDone project="project" onChange={onChange} />
    </QueryClientProvider>
  )
  const { rerender } = render(table())
  const looked = asked
  // As the table is drawn anew with each frame in which it is scrolled.
  for (let frame = 0; frame < 10; frame++) rerender(table())
  expect([given.length, asked]).toEqual([1, looked])
  const [badges] = given
  const one = badges!.get('port-7')
  expect(one).toBeDefined()
  expect(badges!.get('port-7')).toBe(one)
  expect(badges!.get('another')).toBeUndefined()
})
