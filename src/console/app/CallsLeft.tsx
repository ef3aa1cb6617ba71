import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { JSX } from 'react'
import { callsResponse } from '../../vpc/endpoint-calls.ts'
import { api, type Session } from '../../vpc/portside-api.ts'
import { call } from '../proxy-client/client.ts'
import { Badge } from '../ui/Badge.tsx'

/** What is left of the budget of calls of the project's endpoint. */
export function CallsLeft({ session }: { session: Session }): JSX.Element | null {
  const { projectId } = useParams({ strict: false })
  const { data } = useQuery({
    queryKey: ['calls'],
    queryFn: ({ signal }) => call(callsResponse, api.calls(), { signal }),
    staleTime: 10_000,
    refetchInterval: 15_000,
  })
  const project = session.projects.find(({ project_id }) => project_id === projectId)
  const calls = data?.endpoints.find(({ endpoint }) => endpoint === project?.endpoint)
  if (calls === undefined || calls.left === null) return null
  const { left, limit, reserve, throttled_until } = calls
  const until = throttled_until ?? calls.next_at
  const time = until === null ? '' : `, until ${new Date(until).toLocaleTimeString('en-GB')}`
  const few = left <= (reserve ?? 0) || throttled_until !== null
  return (
    <Badge
      tone={few ? 'warn' : 'neutral'}
      title={`Calls of the platform that Portside may still make${time}. Of these, ${reserve} are kept for changes.`}
    >
      {throttled_until === null ? `${left} of ${limit} calls left` : `No calls${time}`}
    </Badge>
  )
}
