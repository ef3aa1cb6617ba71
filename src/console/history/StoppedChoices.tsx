import { useQuery } from '@tanstack/react-query'
import type { JSX } from 'react'
import type { AuditRecord } from '../../vpc/audit-log.ts'
import { textOf } from '../../vpc/shown.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import type { GroupFacts } from '../facts/group-facts.ts'
import { usePortOperations } from '../operations/follow-operations.ts'
import { OperationProgress } from '../operations/OperationProgress.tsx'
import { StoppedOperation } from '../operations/StoppedOperation.tsx'
import { useOffers, useRights } from '../operations/rights.ts'
import { portQuery } from '../proxy-client/queries.ts'

type StoppedChoicesProps = { record: AuditRecord; facts: Pick<GroupFacts, 'groups'> }

/** The same choices for a change that stopped as on its port's page, and what comes of one. */
export default function StoppedChoices({ record, facts }: StoppedChoicesProps): JSX.Element {
  const { record_id, project_id, port_id, port_name } = record
  const { awaitingChoice, underWay, error, reload } = usePortOperations(project_id, port_id, null)
  const { limit, policy, forbidden } = useRights(project_id)
  const { offered } = useOffers(project_id, true)
  const port = useQuery(portQuery(project_id, port_id)).data?.port
  const name = textOf(port?.name) ?? port_name ?? undefined
  const stopped = awaitingChoice.find(({ operation_id }) => operation_id === record_id)
  return (
    <>
      {error != null && underWay.length === 0 && (
        <ErrorPanel
          error={error}
          title="Whether this change still waits for a choice could not be read"
          onRetry={reload}
        />
      )}
      {stopped && (
        <StoppedOperation
          operation={stopped}
          port={{ id: port_id, name }}
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
