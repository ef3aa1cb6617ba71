import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, renderHook } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { Offers } from '../../vpc/offers.ts'
import { offersQuery } from '../proxy-client/queries.ts'
import { useOffers } from './rights.ts'

it('what changes ports stays the same object until something is found to be missing', async () => {
  const client = new QueryClient()
  const { queryKey } = offersQuery('p')
  const others = { set: [], troubles: [], rules_lack: [], enterprise_project_id: null }
  // What uses a query is drawn anew in a later task.
  const found = (offers: Offers) =>
    act(async () => {
      client.setQueryData(queryKey, { offers, ...others })
      await new Promise((resolve) => setTimeout(resolve))
    })
  const { result } = renderHook(() => useOffers('p', false), {
    wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
  })
  const unknown = result.current
  await found({ ports: 'v3', steps: true, update: 'v1' })
  expect(result.current).toBe(unknown)
  await found({ ports: 'v3', steps: false, update: 'v1' })
  expect(result.current).toEqual({ offered: ['one-call'], calls: { steps: false, update: 'v1' } })
})
