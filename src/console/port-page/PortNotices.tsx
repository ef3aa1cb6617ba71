import { Suspense, type JSX } from 'react'
import { later } from '../errors/later.tsx'
import { portSecurityOf } from '../../vpc/port-facts.ts'
import type { Operation } from '../../vpc/portside-api.ts'
import type { DragLink } from '../drag/drag-link.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { lastOf } from '../operations/follow-operations.ts'
import type { KnownOperation } from '../proxy-client/read-operations.ts'
import { Notice } from '../ui/Notice.tsx'
import { Freshness } from './later-parts.ts'
import { usePortState } from './port-state.tsx'

const StoppedOperation = later(() =>
  import('../operations/StoppedOperation.tsx').then((module) => module.StoppedOperation),
)
const SecurityNotice = later(() => import('./SecurityNotice.tsx').then((module) => module.SecurityNotice))
const ListChanged = later(() => import('./ListChanged.tsx').then((module) => module.ListChanged))

/** What an operator must know or decide before anything else on the page. */
export function PortNotices({ dragLink }: { dragLink: DragLink }): JSX.Element {
  const { project, port, arranged, operations, watched, facts, limit, policy, offered, forbidden } =
    usePortState()
  const { conflict, leftHalfway, keep, unkept } = arranged
  return (
    <>
      {portSecurityOf(port) !== true && (
        <Suspense>
          <SecurityNotice port={port} />
        </Suspense>
      )}
      <Freshness
        waiting={null}
        project={project}
        portId={port.id}
        list={port.security_groups}
        operations={operations}
        seen={watched.seen}
        asked={conflict !== null}
        dragLink={dragLink}
        facts={facts}
      />
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
