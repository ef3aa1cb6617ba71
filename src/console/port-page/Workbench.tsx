import { useQuery } from '@tanstack/react-query'
import {
  lazy,
  Suspense,
  useCallback,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
  useState,
  type JSX,
} from 'react'
import type { PortAnswer } from '../../vpc/answers.ts'
import { DEFAULT_GROUPS_PER_PORT } from '../../vpc/port.ts'
import type { Operation } from '../../vpc/portside-api.ts'
import { lastOf, usePortOperations } from '../operations/follow-operations.ts'
import { NO_REFUSALS, useApplying, useChecking, usePlan, type Planned } from '../plan/use-plan.ts'
import { changesOf, counted } from '../facts/change-words.ts'
import { portQuery, sessionQuery } from '../proxy-client/queries.ts'
import { useTraffic } from '../traffic/use-traffic.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { Notice } from '../ui/Notice.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import { isChanged } from '../arrangement/arrangement.ts'
import { useArrangementStore } from '../arrangement/arrangement-store.ts'
import { createDragDoor } from '../drag/dragged.ts'
import { groupName, useGroupFacts, useRememberGroups } from '../facts/group-facts.ts'
import { ListPanel } from '../list/ListPanel.tsx'
import { useListRead } from './list-read.ts'
import { Panel } from '../ui/Panel.tsx'
import { Catalogue, DragLayer, loadParts, PlanPanel, PortDetails, TrafficChanges } from './parts.ts'
import { PlanSide } from './PlanSide.tsx'
import { usePortArrangement } from './port-arrangement.ts'
import { useFocusRescue } from '../hooks/focus-rescue.ts'
import { useUndoKeys } from '../arrangement/undo-keys.ts'
import { lastChange, useWatchedChange } from './watched-change.ts'
import styles from './Workbench.module.css'

const StoppedOperation = lazy(() =>
  import('../operations/StoppedOperation.tsx').then((module) => ({ default: module.StoppedOperation })),
)
const ListChanged = lazy(() =>
  import('./ListChanged.tsx').then((module) => ({ default: module.ListChanged })),
)

/** Everything below the port's head: notices, the list, the catalogue, the plan, and the port in full. */
export function Workbench(props: { project: string; answer: PortAnswer }): JSX.Element {
  const { project } = props
  // Looked up here, where the operations are: handed down, it would now and then be older than what they say.
  const looked = useQuery({ ...portQuery(project, props.answer.port.id), enabled: false })
  const answer = looked.data ?? props.answer
  const { port } = answer
  const list = port.security_groups
  const session = useQuery(sessionQuery()).data
  const limit =
    session?.projects.find(({ project_id }) => project_id === project)?.groups_per_port ??
    DEFAULT_GROUPS_PER_PORT
  const store = useArrangementStore(project, port.id)
  const operations = usePortOperations(project, port.id, store.kept?.operationId ?? null)
  const { arrangement, conflict, leftHalfway, locked, change, keep, unkept } = usePortArrangement(
    store,
    list,
    operations,
  )
  const { desired, madeFor } = arrangement
  const watched = useWatchedChange(port, operations.underWay)
  const last = lastChange(operations.all)
  const named = [...operations.unanswered, ...operations.underWay, ...(last === undefined ? [] : [last])]
  const facts = useGroupFacts(project, [
    ...list,
    ...desired,
    ...madeFor,
    ...(conflict === null ? [] : [...conflict.madeFor, ...conflict.desired]),
    ...named.flatMap((operation) => [
      ...operation.planned_from,
      ...operation.before,
      ...operation.desired,
      ...(operation.list_now ?? []),
    ]),
  ])
  const listRead = useListRead(desired, facts)
  useEffect(() => {
    if (listRead) loadParts()
  }, [listRead])
  const remember = useRememberGroups(project)
  const { now, shown, isCurrent } = usePlan(arrangement, limit)
  const shownFacts = useDeferredValue(facts)
  const role = session?.role
  const forbidden =
    role === 'viewer' ? 'Your role is viewer: you can arrange and preview, but not check or apply' : undefined
  const checking = useChecking(project, port.id, shown, isCurrent)
  const applying = useApplying({
    project,
    port: port.id,
    planned: shown,
    isCurrent,
    operations: operations.all,
    keep,
    onSend: watched.sending,
    forbidden,
  })
  const [dryRun, setDryRun] = useState(true)
  const areas = useRef<HTMLDivElement>(null)
  const [door] = useState(createDragDoor)
  const planHeading = useRef<HTMLHeadingElement>(null)
  useUndoKeys(change)
  useFocusRescue([
    ...operations.unanswered.map((operation) => operation.operation_id),
    ...(conflict === null ? [] : ['conflict']),
  ])

  const changes = 'problem' in now.plan ? undefined : now.plan
  const lists = useMemo(() => listsOf(shown), [shown])
  const traffic = useTraffic(project, port, lists, shownFacts, listRead)
  const isFresh = last !== undefined && watched.seen.has(last.operation_id)
  const raw = useMemo(() => JSON.stringify(answer, null, 2), [answer])
  const nameOf = useCallback((id: string) => groupName({ groups: facts.groups }, id), [facts.groups])
  const knownName = useCallback((id: string) => shownFacts.groups.get(id)?.name ?? undefined, [shownFacts])
  const side = useMemo(
    () => (
      <PlanSide
        operations={operations}
        arrangement={shown.arrangement}
        list={list}
        facts={shownFacts}
        seen={watched.seen}
        locked={locked}
        keep={(arranged) => isCurrent() && keep(arranged)}
      />
    ),
    [operations, shown, list, shownFacts, watched.seen, locked, keep, isCurrent],
  )
  return (
    <>
      {port.port_security_enabled === false && (
        <Notice tone="warn" title="Security groups have no effect on this port">
          Its <code>port_security_enabled</code> is false: all traffic passes, whatever groups are listed. The
          list can be arranged all the same.
        </Notice>
      )}
      {operations.error != null && operations.underWay.length === 0 && (
        <ErrorPanel
          error={operations.error}
          title="Whether a change to this port is under way could not be read"
          onRetry={operations.reload}
        />
      )}
      {operations.unanswered.map((operation) => (
        <Suspense key={operation.operation_id}>
          <StoppedOperation
            operation={operation}
            port={port}
            facts={facts}
            limit={limit}
            forbidden={forbidden}
          />
        </Suspense>
      ))}
      {conflict !== null && (
        <Suspense>
          <ListChanged
            conflict={conflict}
            now={list}
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
      <div className={styles.areas} ref={areas} data-replanning={shown !== now || undefined}>
        <ListPanel
          arrangement={arrangement}
          change={change}
          facts={facts}
          moved={changes?.moved ?? NONE}
          detached={changes?.detached ?? NONE}
          refusals={shown === now ? checking.refusals : NO_REFUSALS}
          limit={limit}
          secured={port.port_security_enabled !== false}
          locked={locked}
          door={door}
        />
        <Catalogue
          waiting={<Waiting title="Catalogue" />}
          project={project}
          arrangement={arrangement}
          change={change}
          remember={remember}
          limit={limit}
          lockReason={locked}
          door={door}
        />
        <PlanPanel
          waiting={<Waiting title="Plan" />}
          project={project}
          port={port}
          facts={shownFacts}
          plan={shown.plan}
          locked={locked}
          dryRun={dryRun}
          onDryRun={setDryRun}
          checking={checking}
          applying={applying}
          traffic={traffic}
          headingRef={planHeading}
          side={side}
          underWay={operations.underWay.length > 0}
        />
      </div>
      <DragLayer waiting={null} areas={areas} door={door} desired={desired} nameOf={nameOf} />
      {changes !== undefined && isChanged(arrangement) && (
        <div className={styles.bar}>
          <span>{counted(changesOf(changes), 'change')}</span>
          <Button
            variant="primary"
            onClick={() => {
              planHeading.current?.scrollIntoView({ block: 'start' })
              planHeading.current?.focus({ preventScroll: true })
            }}
          >
            Review
          </Button>
        </div>
      )}
      <section className={styles.details} aria-labelledby="traffic">
        <h2 id="traffic">What traffic changes</h2>
        <TrafficChanges waiting={LOADING} traffic={traffic} facts={shownFacts} />
      </section>
      <section className={styles.details} aria-labelledby="port-details">
        <h2 id="port-details">Port details</h2>
        <PortDetails
          waiting={LOADING}
          port={port}
          before={isFresh ? watched.before : undefined}
          requestId={answer.request_id}
          raw={raw}
          groupName={knownName}
        />
      </section>
    </>
  )
}

/** What became of an arrangement that was sent as this operation. */
function sentTo(all: readonly Operation[], id: string | null): Operation['status'] | 'unknown' | undefined {
  const operation = all.find((one) => one.operation_id === id)
  return operation ? lastOf(all, operation).status : id === null ? undefined : 'unknown'
}

/** The list as it stands, then after each step. */
function listsOf({ arrangement, plan }: Planned): (readonly string[])[] {
  return [arrangement.madeFor, ...('problem' in plan ? [] : plan.steps.map(({ after }) => after))]
}

/** Keeps the room of a panel whose code is on its way. */
function Waiting({ title }: { title: string }): JSX.Element {
  return (
    <Panel title={title}>
      <SkeletonRows label={`Loading: ${title}`} count={6} />
    </Panel>
  )
}

const LOADING = <p className={styles.waiting}>Loading…</p>
const NONE: readonly string[] = []
