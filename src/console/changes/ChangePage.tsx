import { getRouteApi, Link } from '@tanstack/react-router'
import { useDeferredValue, useEffect, useRef, type JSX, type ReactNode } from 'react'
import { bulkPortStates, isOver, type BulkChange, type BulkPortState } from '../../vpc/bulk-changes-api.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { firstViewDrawn } from '../hooks/first-view.ts'
import { CallError } from '../proxy-client/call-error.ts'
import { useAnnounce } from '../ui/Announcer.tsx'
import { Badge } from '../ui/Badge.tsx'
import { Id } from '../ui/Id.tsx'
import { shortId } from '../ui/short-id.ts'
import { Notice } from '../ui/Notice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { Panel } from '../ui/Panel.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import { Time } from '../ui/Time.tsx'
import { countsWords, portsWords, STATE_WORDS, stateWords, titleOf } from '../waves/bulk-words.ts'
import { CarryingOut } from './CarryingOut.tsx'
import { ChangeKinds } from './ChangeKinds.tsx'
import styles from './ChangePage.module.css'
import { ChangePorts } from './ChangePorts.tsx'
import { ChangeTimeline } from './ChangeTimeline.tsx'
import { useFollowedChange } from './follow-change.ts'
import { NotDone } from './NotDone.tsx'

const route = getRouteApi('/projects/$projectId/changes/$changeId')

/** This page is below that of the link, and is not it. */
const EXACT = { exact: true }
/** One change on many ports, as it is carried out: followed in every tab that shows it. */
export function ChangePage(): JSX.Element {
  useEffect(firstViewDrawn, [])
  const { projectId, changeId } = route.useParams()
  const { change, error, trouble, reload } = useFollowedChange(changeId)
  const crumbs = (
    <Link to="/projects/$projectId/changes" params={{ projectId }} activeOptions={EXACT}>
      Changes
    </Link>
  )
  if (change !== undefined)
    return (
      <ChangeView
        key={changeId}
        project={projectId}
        change={change}
        crumbs={crumbs}
        trouble={trouble ?? error}
      />
    )
  const missing = error instanceof CallError && error.status === 404
  return (
    <>
      <PageHeader title={`Change ${shortId(changeId)}`} crumbs={crumbs} />
      {error === null ? (
        <SkeletonRows label="Reading the change" />
      ) : (
        <ErrorPanel
          error={error}
          title={missing ? 'There is no such change' : 'The change could not be read'}
          onRetry={reload}
        />
      )}
    </>
  )
}

type ChangeViewProps = { project: string; change: BulkChange; crumbs: ReactNode; trouble: unknown }

function ChangeView({ project, change, crumbs, trouble }: ChangeViewProps): JSX.Element {
  const { bulk_change_id, state, note, user, created_at, ports, undoes, undone_by } = change
  const search = route.useSearch()
  const navigate = route.useNavigate()
  useAnnounced(change)
  const portsHeading = useRef<HTMLHeadingElement>(null)
  // Where the page before this one was long, its end and all of this one would be one task.
  const isWhole = useDeferredValue(true, false)
  const shown = bulkPortStates.find((one) => one === search.state)
  const show = (next: BulkPortState | undefined) =>
    void navigate({
      search: (before) => ({ ...before, state: next as string }),
      replace: true,
      resetScroll: false,
    })
  const { words, tone } = STATE_WORDS[state]
  return (
    <>
      <PageHeader
        title={titleOf(change)}
        crumbs={crumbs}
        actions={
          <Link
            to="/projects/$projectId/history"
            params={{ projectId: project }}
            search={{ bulk_change_id }}
            activeOptions={EXACT}
          >
            Audit records of its ports
          </Link>
        }
      >
        <span className={styles.facts}>
          <Badge tone={tone}>{words}</Badge>
          {note !== null && note !== '' && <b>{note}</b>}
          <span>{portsWords(ports)}</span>
          <span>by {user}</span>
          <span>
            <Time value={created_at} /> UTC
          </span>
          <span className={styles.fact}>
            Change <Id value={bulk_change_id} label="change ID" short />
          </span>
          {undoes !== null && (
            <ToChange project={project} id={undoes} words="The change that this one undoes" />
          )}
          {undone_by !== null && (
            <ToChange project={project} id={undone_by} words="The change that undoes this one" />
          )}
        </span>
      </PageHeader>
      {trouble !== null && trouble !== undefined && (
        <Notice tone="warn" title="This page is not up to date">
          Portside does not respond at the moment, or refuses:{' '}
          {trouble instanceof CallError ? trouble.error_msg : String(trouble)} What you see is as it was last
          read.{!isOver(change) && ' Carrying it out does not need this page.'}
        </Notice>
      )}
      {isWhole ? (
        <div className={styles.grid}>
          {/* First for keys and on a phone, though it is at the right. */}
          <div className={styles.column}>
            <CarryingOut project={project} change={change} />
            <Panel title="What happened">
              <ChangeTimeline id={bulk_change_id} />
            </Panel>
          </div>
          <div className={styles.column}>
            <NotDone
              project={project}
              change={change}
              onShow={(next) => {
                show(next)
                portsHeading.current?.focus()
              }}
            />
            <Panel title="Ports" note={countsWords(change.counts)} headingRef={portsHeading}>
              <ChangePorts project={project} change={change} shown={shown} onShow={show} />
            </Panel>
            <Panel title="Kinds of change" note="ports with the same list, result and traffic">
              <ChangeKinds project={project} change={change} />
            </Panel>
          </div>
        </div>
      ) : (
        <SkeletonRows label="Drawing the change" />
      )}
    </>
  )
}

function ToChange({ project, id, words }: { project: string; id: string; words: string }): JSX.Element {
  return (
    <Link to="/projects/$projectId/changes/$changeId" params={{ projectId: project, changeId: id }}>
      {words}
    </Link>
  )
}

/** Says what changes as a whole, and not each port: a new state, a new wave, a failure. */
function useAnnounced(change: BulkChange): void {
  const announce = useAnnounce()
  const { state, wave, counts } = change
  const key = `${state} ${wave.number} ${counts.failed}`
  const before = useRef(key)
  useEffect(() => {
    if (before.current === key) return
    before.current = key
    announce(`${stateWords(change)} ${countsWords(change.counts)}.`)
    // oxlint-disable-next-line react/exhaustive-deps -- other changes of it are not said
  }, [key, announce])
}
