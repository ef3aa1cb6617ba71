import { useQuery } from '@tanstack/react-query'
import type { JSX } from 'react'
import type { AuditRecord } from '../../vpc/audit-log.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { useGroupFacts } from '../facts/group-facts.ts'
import { usePortOperations } from '../operations/follow-operations.ts'
import { OperationProgress } from '../operations/OperationProgress.tsx'
import { StoppedOperation, StoppedWithoutPort } from '../operations/StoppedOperation.tsx'
import { useOffers, useRights } from '../operations/rights.ts'
import { CallError } from '../proxy-client/call-error.ts'
import { portQuery } from '../proxy-client/queries.ts'

/** The same choices for a change that stopped as on its port's page, and what comes of one. */
export function StoppedChoices({ record }: { record: AuditRecord }): JSX.Element {
  const { record_id, project_id, port_id } = record
  const { awaitingChoice, error, reload, ...all } = usePortOperations(project_id, port_id, null)
  const { limit, policy, forbidden } = useRights(project_id)
  const { offered } = useOffers(project_id, true)
  const read = useQuery(portQuery(project_id, port_id))
  const port = read.data?.port
  const isGone = !port && read.error instanceof CallError && read.error.status === 404
  // What comes of this record's change, and no other change on the port.
  const underWay = all.underWay.filter(
    ({ operation_id, follows }) => operation_id === record_id || follows === record_id,
  )
  const stopped = awaitingChoice.find(({ operation_id }) => operation_id === record_id)
  const concerned = [stopped, ...underWay].flatMap((one) => [
    ...(one?.before ?? []),
    ...(one?.desired ?? []),
    ...(one?.list_now ?? []),
  ])
  const facts = useGroupFacts(project_id, concerned)
  return (
    <>
      {error != null && underWay.length === 0 && (
        <ErrorPanel
          error={error}
          title="Whether this change still waits for a choice could not be read"
          onRetry={reload}
        />
      )}
      {stopped && isGone && <StoppedWithoutPort operation={stopped} forbidden={forbidden} />}
      {stopped && read.error !== null && !isGone && (
        <ErrorPanel
          error={read.error}
          title="The port could not be read"
          onRetry={() => void read.refetch()}
        />
      )}
      {stopped && port && (
        <StoppedOperation
          operation={stopped}
          port={port}
          facts={facts}
          limit={limit}
          policy={policy}
          offered={offered}
          forbidden={forbidden}
        />
      )}
      {underWay.map((operation) => (
        <OperationProgress key={operation.operation_id} operation={operation} facts={facts} trouble={error} />
      ))}
    </>
  )
}
