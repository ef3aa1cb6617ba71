import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { sessionQuery } from '../proxy-client/queries.ts'

/** The project that the address names, where it is one of this user's. */
export function useKnownProject(): string | undefined {
  const { projectId } = useParams({ strict: false })
  const { data } = useQuery(sessionQuery())
  return data?.projects.some(({ project_id }) => project_id === projectId) ? projectId : undefined
}
