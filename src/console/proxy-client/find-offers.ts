import type { QueryClient } from '@tanstack/react-query'
import { offersResponse } from '../../vpc/offers.ts'
import { api } from '../../vpc/portside-api.ts'
import { call } from './client.ts'
import { offersQuery } from './queries.ts'

/** Has the offers of an endpoint found out again. @throws CallError */
export async function findOffersAnew(client: QueryClient, project: string): Promise<void> {
  const found = await call(offersResponse, api.offers(project), { query: { anew: true } })
  client.setQueryData(offersQuery(project).queryKey, found)
}
