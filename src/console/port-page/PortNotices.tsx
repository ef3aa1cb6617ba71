import { lazy, Suspense, type JSX } from 'react'
import { portSecurityOf } from '../../vpc/port.ts'
import type { Operation } from '../../vpc/portside-api.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { lastOf } from '../operations/follow-operations.ts'
import type { KnownOperation } from '../proxy-client/read-operations.ts'
import { Notice } from '../ui/Notice.tsx'
import { usePortState } from './port-state.tsx'

const SecurityNotice = lazy(() =>
  import('./SecurityNotice.tsx').then((module) => ({ default: module.SecurityNotice })),
)
const StoppedOperation = lazy(() =>
  import('../operations/StoppedOperation.tsx').then((module) => ({ default: module.StoppedOperation })),
)
const ListChanged = lazy(() =>
  import('./ListChanged.tsx').then((module) => ({ default: module.ListChanged })),
)

/** What an operator must know or decide before anything else on the page. */
export function PortNotices(): JSX.Element {
  const { port, arranged, operations, facts, limit, policy, offered, forbidden } = usePortState()
  const { conflict, leftHalfway, keep, unkept } = arranged
  return (
    <>
      {portSecurityOf(port) !== true && (
        <Suspense>
          <SecurityNotice port={port} />
        </Suspense>
      )}
      {operations.error != null && operations.underWay.length === 0 && (
        <ErrorPanel
          error={operations.error}
          title="Whether a change to this port is under way could not be read"
          onRetry={operations.reload}
        />
      )}
      {operations.awaitingChoice.map((operation) => (
        <Suspense key={operation.operation_id}>
          <StoppedOperation
            operation={operation}
            port={port}
            facts={facts}
            limit={limit}
            policy={policy}
            offered={offered}
            forbidden={forbidden}
          />
        </Suspense>
      ))}
      {conflict !== null && (
        <Suspense>
          <ListChanged
            conflict={conflict}
            now={port.security_groups}
            leftHalfway={leftHalfway}
            sent={sentTo(operations.all, conflict.operationId)}
            facts={facts}
            keep={keep}
          />
        </Suspense>
      )}
      {unkept && (
        <Notice tone="warn" title="This arrangement will not survive a reload">
          The browser did not let Portside keep it: its storage is full or switched off.
        </Notice>
      )}
    </>
  )
}

/** What became of an arrangement that was sent as the operation of this ID; null was never sent. */
function sentTo(
  all: readonly KnownOperation[],
  id: string | null,
): Operation['status'] | 'unknown' | undefined {
  const operation = all.find((one) => one.operation_id === id)
  return operation ? lastOf(all, operation).status : id === null ? undefined : 'unknown'
}
