import type { JSX } from 'react'
import { usePortOperations } from './follow-operations.ts'
import { useRights } from './rights.ts'
import { StoppedWithoutPort } from './StoppedOperation.tsx'

/** Changes that stopped on a port that the platform has no more: each can be left as it is. */
export function StoppedOnGonePort({ project, portId }: { project: string; portId: string }): JSX.Element {
  const { awaitingChoice } = usePortOperations(project, portId, null)
  const { forbidden } = useRights(project)
  return (
    <>
      {awaitingChoice.map((operation) => (
        <StoppedWithoutPort key={operation.operation_id} operation={operation} forbidden={forbidden} />
      ))}
    </>
  )
}
