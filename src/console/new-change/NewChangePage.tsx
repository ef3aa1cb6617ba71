import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Suspense, useCallback, useEffect, useMemo, useState, type JSX } from 'react'
import { MOST_BULK_PORTS } from '../../vpc/bulk-changes-api.ts'
import type { PlannedPort } from '../../vpc/bulk/kinds.ts'
import { groupsNamed } from '../../vpc/bulk/intent-words.ts'
import type { PlanWay } from '../../vpc/plan-change.ts'
import { useBulkPlan } from '../bulk-plan/use-bulk-plan.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { later } from '../errors/later.tsx'
import { UnreadableNotice } from '../errors/UnreadableNotice.tsx'
import { groupName, type Named } from '../facts/group-names.ts'
import { MOST_IN_ADDRESS } from '../facts/new-change-search.ts'
import { firstViewDrawn } from '../hooks/first-view.ts'
import { useFocusRescue } from '../hooks/focus-rescue.ts'
import { Kinds } from '../kinds/Kinds.tsx'
import { PlanFigures } from '../kinds/PlanFigures.tsx'
import { useOffers, useRights } from '../operations/rights.ts'
import { groupsByIdQuery } from '../proxy-client/queries.ts'
import { useAnnounce } from '../ui/Announcer.tsx'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { SelectField, TextField } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { portsWords } from '../waves/bulk-words.ts'
import { IntentFields } from '../pickers/IntentFields.tsx'
import styles from './NewChangePage.module.css'
import { draftInSearch, draftOf, intentOf, type Draft } from '../pickers/intent-draft.ts'
import { choiceOf, type Choice } from './new-change-state.ts'
import { PortsDialog, type PortsSearchPart } from './PortsDialog.tsx'
import { useChosenPorts, type ChosenPorts } from './use-chosen-ports.ts'

const CarryOut = later(() => import('./CarryOut.tsx').then((module) => module.CarryOut))

const route = getRouteApi('/projects/$projectId/changes/new')
/** This page is below that of the link, and is not it. */
const EXACT = { exact: true }
const NO_PORTS: readonly PlannedPort[] = []

/** One change on many ports: which ports, what is wanted, what it comes to, and at which pace. */
export function NewChangePage(): JSX.Element {
  useEffect(firstViewDrawn, [])
  const { projectId } = route.useParams()
  return <NewChange key={projectId} project={projectId} />
}

function NewChange({ project }: { project: string }): JSX.Element {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const text = JSON.stringify(search)
  const choice = useMemo(() => choiceOf(JSON.parse(text) as typeof search), [text])
  const draft = useMemo(() => draftOf(JSON.parse(text) as typeof search), [text])
  const change = (part: Record<string, string | undefined>) =>
    void navigate({
      search: (before) => ({ ...before, ...part }) as typeof before,
      replace: true,
      resetScroll: false,
    })
  const [choosing, setChoosing] = useState(false)
  const chosen = useChosenPorts(project, choice)
  const { limit, policy } = useRights(project)
  const { offered } = useOffers(project, true)
  const wanted = intentOf(draft)
  const intent = 'intent' in wanted ? wanted.intent : undefined
  const way =
    policy === 'choose' && (search.way === 'one-call' || search.way === 'steps') ? search.way : undefined
  const read = chosen.read
  const tooMany = read !== undefined && (read.ports.length > MOST_BULK_PORTS || read.more)
  const planning = useMemo(() => ({ limit, policy, offered }), [limit, policy, offered])
  const ports = read === undefined || tooMany ? NO_PORTS : read.ports
  const planned = useBulkPlan({ project, ports, intent, way, planning })
  const names = useNames(project, draft, choice)
  useAnnouncedPlan(planned, ports.length)
  // The buttons of one state go with it.
  useFocusRescue([choice?.by ?? 'none', planned.state, chosen.reading ? 'reading' : 'read'])
  return (
    <>
      <PageHeader
        title="New change"
        crumbs={
          <Link to="/projects/$projectId/changes" params={{ projectId: project }} activeOptions={EXACT}>
            Changes
          </Link>
        }
      />
      <section className={styles.panel} aria-label="What is wanted">
        <div className={styles.intent}>
          <span className={styles.word}>On</span>
          <Button onClick={() => setChoosing(true)}>{choiceWords(choice, chosen, names)}</Button>
          <IntentFields
            project={project}
            draft={draft}
            names={names}
            onChange={(part) => change(draftInSearch({ ...draft, ...part }))}
          />
          {policy === 'choose' && offered.length > 1 && (
            <SelectField
              label="How it is made"
              hideLabel
              value={way ?? ''}
              onChange={(event) => change({ way: (event.target.value as PlanWay) || undefined })}
            >
              <option value="">in the way that suits each kind</option>
              <option value="one-call">in one call, where that can be</option>
              <option value="steps">step by step</option>
            </SelectField>
          )}
          <NoteField value={search.note ?? ''} onChange={(note) => change({ note: note || undefined })} />
        </div>
        {choice !== undefined && 'lacks' in wanted && <p className={styles.lacks}>{wanted.lacks}</p>}
        {planned.state === 'planned' && <PlanFigures plan={planned.plan} />}
      </section>
      <Reading chosen={chosen} choice={choice} />
      {read !== undefined && tooMany && (
        <Notice tone="warn" title={`A change takes at most ${portsWords(MOST_BULK_PORTS)}`} role="alert">
          {read.more ? 'More than that were found.' : `${portsWords(read.ports.length)} were found.`} Choose
          fewer, by a filter in the table of ports.
        </Notice>
      )}
      {read !== undefined && read.ports.length === 0 && (
        <Notice tone="warn" title="No port was found">
          Choose other ports.
        </Notice>
      )}
      {choice === undefined && (
        <EmptyState
          title="Say once what is wanted, on many ports"
          actions={
            <Button variant="primary" onClick={() => setChoosing(true)}>
              Choose ports…
            </Button>
          }
        >
          Choose the ports and what is wanted on them. Portside then plans each port, and shows what it comes
          to: nothing is sent before you have looked at it.
        </EmptyState>
      )}
      {(planned.state === 'reading' || planned.state === 'planning') && (
        <div className={styles.progress}>
          <progress
            aria-label="Planning"
            max={planned.progress.of || undefined}
            value={planned.progress.of > 0 ? planned.progress.done : undefined}
          />
          <span>
            {planned.state === 'reading' ? 'Reading rules' : 'Comparing traffic'}
            {planned.progress.of > 0 && `: ${planned.progress.done} of ${planned.progress.of}`}
          </span>
          <Button size="small" onClick={planned.stop}>
            Stop
          </Button>
        </div>
      )}
      {planned.state === 'stopped' && (
        <Notice
          title="Planning was stopped"
          actions={
            <Button size="small" onClick={planned.goOn}>
              Go on
            </Button>
          }
        />
      )}
      {planned.state === 'failed' && (
        <ErrorPanel error={planned.error} title="The change could not be planned" onRetry={planned.retry} />
      )}
      {planned.state === 'planned' && intent !== undefined && read !== undefined && (
        <div className={styles.grid}>
          <Kinds project={project} planned={planned} />
          <Suspense>
            <CarryOut
              project={project}
              plan={planned.plan}
              intent={intent}
              names={withGroups(names, planned.plan.groups)}
              note={search.note ?? ''}
              portsReadAt={read.readAt}
              onReadAnew={() => {
                chosen.readAnew()
                planned.again()
              }}
            />
          </Suspense>
        </div>
      )}
      {choosing && (
        <PortsDialog
          project={project}
          onClose={() => setChoosing(false)}
          onChoose={(part: PortsSearchPart) => {
            setChoosing(false)
            void navigate({
              // No part of another choice stays.
              search: () =>
                ({ ...draftInSearch(draft), way: search.way, note: search.note, ...part }) as never,
              replace: true,
            })
          }}
        />
      )}
    </>
  )
}

function choiceWords(choice: Choice | undefined, { read }: ChosenPorts, names: Named): string {
  if (choice === undefined || choice.by === 'lost') return 'Choose ports…'
  if (choice.by === 'ids') return portsWords(read?.ports.length ?? choice.ids.length)
  const { group, q, ...others } = choice.search
  const count = read === undefined ? 'ports' : portsWords(read.ports.length)
  const that = [
    group !== undefined && `that have ${groupName({ groups: names }, group)}`,
    q !== undefined && `that match ‘${q}’`,
    Object.keys(others).length > 0 && 'under filters',
  ].filter(Boolean)
  return that.length === 0 ? `All ${count}` : `${count} ${that.join(' ')}`
}

function Reading({ chosen, choice }: { chosen: ChosenPorts; choice: Choice | undefined }): JSX.Element {
  const { read, count, reading, stopped, error, stop, readAnew } = chosen
  return (
    <>
      {choice?.by === 'lost' && (
        <Notice tone="warn" title="These ports are no longer here" role="alert">
          The address names more than {MOST_IN_ADDRESS} ports, which only the tab keeps in which they were
          chosen. Choose them again.
        </Notice>
      )}
      {choice?.by === 'ids' && !choice.isShared && (
        <Notice title="This link works in this tab only">
          It is for more than {MOST_IN_ADDRESS} ports by their IDs, which are too many for an address. Ports
          that are chosen by a filter or a group can be shared.
        </Notice>
      )}
      {reading && (
        <div className={styles.progress}>
          <progress aria-label="Reading the ports" />
          <span>Reading: {portsWords(count)} so far</span>
          <Button size="small" onClick={stop}>
            Stop
          </Button>
        </div>
      )}
      {stopped && (
        <Notice
          title={`Stopped after ${portsWords(count)}: of a part nothing is planned`}
          actions={
            <Button size="small" onClick={readAnew}>
              Read them all
            </Button>
          }
        />
      )}
      {error !== null && <ErrorPanel error={error} title="The ports could not be read" onRetry={readAnew} />}
      {read?.unreadable && <UnreadableNotice what="port" unreadable={read.unreadable} />}
      {read !== undefined && read.unknown.length > 0 && (
        <Notice tone="warn" title={`${portsWords(read.unknown.length)} not found`} role="alert">
          The platform shows no port with these IDs: {read.unknown.slice(0, 20).join(', ')}
          {read.unknown.length > 20 && ` and ${read.unknown.length - 20} more`}.
        </Notice>
      )}
    </>
  )
}

/** It goes into the address when the field is left: every letter would be a navigation. */
function NoteField({ value, onChange }: { value: string; onChange: (note: string) => void }): JSX.Element {
  const [typed, setTyped] = useState(value)
  const [since, setSince] = useState(value)
  if (value !== since) {
    setSince(value)
    setTyped(value)
  }
  return (
    <span className={styles.note}>
      <TextField
        label="Note"
        hideLabel
        placeholder="Note: a ticket, a reason"
        maxLength={200}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={() => typed !== value && onChange(typed)}
      />
    </span>
  )
}

function useNames(project: string, draft: Draft, choice: Choice | undefined): Named {
  const group = choice?.by === 'filter' ? choice.search.group : undefined
  const wanted = intentOf(draft)
  const ids = [
    ...new Set([
      ...draft.groups,
      ...(draft.next === undefined ? [] : [draft.next]),
      ...(group === undefined ? [] : [group]),
      ...('intent' in wanted ? groupsNamed(wanted.intent) : []),
    ]),
  ]
  const { data } = useQuery({
    ...groupsByIdQuery(project, ids),
    enabled: ids.length > 0,
    placeholderData: (earlier) => earlier,
  })
  return useMemo(() => new Map(Object.entries(data ?? {})), [data])
}

function withGroups(names: Named, groups: Named): Named {
  return new Map([...groups, ...names])
}

function useAnnouncedPlan(planned: ReturnType<typeof useBulkPlan>, count: number): void {
  const announce = useAnnounce()
  const { state } = planned
  const words =
    state === 'planned'
      ? `Planned: ${portsWords(planned.plan.found.changing)} of ${count} change, ${planned.plan.kinds.length} kinds.`
      : ''
  const say = useCallback(() => words !== '' && announce(words), [announce, words])
  useEffect(() => void say(), [say])
}
