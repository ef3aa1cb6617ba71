import { queryOptions } from '@tanstack/react-query'
import { awaitingChoiceResponse } from '../../vpc/awaiting-choice.ts'
import { api } from '../../vpc/portside-api.ts'
import { call } from './client.ts'
import { AWAITING_CHOICE_KEY } from './operations.ts'

/**
 * The changes of a project that stopped and wait for a choice. It costs no call of the platform,
 * so it is read again while the page is in front.
 */
export const awaitingChoiceQuery = (project: string) =>
  queryOptions({
    queryKey: [AWAITING_CHOICE_KEY, project],
    queryFn: ({ signal }) => call(awaitingChoiceResponse, api.awaitingChoice(project), { signal }),
    staleTime: 10_000,
    refetchInterval: 30_000,
    refetchOnWindowFocus: true,
  })
