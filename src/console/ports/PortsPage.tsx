import { getRouteApi } from '@tanstack/react-router'
import { Suspense, useCallback, useDeferredValue, useEffect, useMemo, useState, type JSX } from 'react'
import { firstView } from '../hooks/first-view.ts'
import { later } from '../errors/later.tsx'
import { useKeepListSearch } from '../hooks/list-search.ts'
import { useAnnounce } from '../ui/Announcer.tsx'
import { Button } from '../ui/Button.tsx'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import type { CheckOf } from './ChoosePorts.tsx'
import styles from './PortsPage.module.css'
import { PortsFilters, type PortsChange } from './PortsFilters.tsx'
import { PortsSummary, summaryWords } from './PortsSummary.tsx'
import { PortsTable } from './PortsTable.tsx'
import { readPortsSearch, type PortsSearch } from '../port-search/ports-search.ts'
import { usePorts } from './use-ports.ts'

const GroupOffer = later(() => import('./GroupOffer.tsx').then((module) => module.GroupOffer))
const UnreadableNotice = later(() =>
  import('../errors/UnreadableNotice.tsx').then((module) => module.UnreadableNotice),
)
const ChoosePorts = later(() =>
  firstView.then(() => import('./ChoosePorts.tsx')).then((module) => module.ChoosePorts),
)
const NothingFound = later(() => import('./NothingFound.tsx').then((module) => module.NothingFound))

const route = getRouteApi('/projects/$projectId/ports')

/** Without the panel beside the page, which is no filter. */
const OWN_SEARCH = { select: readPortsSearch, structuralSharing: true } as const

/** The ports of a project: find one. The URL has the state of the view. */
export function PortsPage(): JSX.Element {
  const { projectId } = route.useParams()
  const search = route.useSearch(OWN_SEARCH)
  const navigate = route.useNavigate()
  useKeepListSearch(`/projects/${projectId}/ports`, search)
  // What is typed filters at once; the address, and with it what is asked of the server, follows
  // after a pause.
  const [typed, setTyped] = useState<string>()
  const [since, setSince] = useState(search.q)
  const [clears, setClears] = useState(0)
  if (since !== search.q) {
    setSince(search.q)
    setTyped(undefined)
  }
  const q = typed ?? search.q
  const shown = useDeferredValue(useMemo(() => withText(search, q), [search, q]))
  const asked = shown.q === search.q
  const view = usePorts(projectId, shown, asked)
  const change = (part: PortsChange) =>
    void navigate({ search: (before) => ({ ...before, ...part }), replace: true, resetScroll: false })
  const pickGroup = (group: string) => {
    setTyped(undefined)
    setClears(clears + 1)
    change({ group, q: undefined })
  }
  const clear = () => {
    // Letters that are not in the address yet are cleared too.
    setTyped(undefined)
    setClears(clears + 1)
    void navigate({
      search: ({ sort }) => (sort === undefined ? {} : { sort }),
      replace: true,
      resetScroll: false,
    })
  }
  const waiting = view.error === null && (view.pending || (view.reading && view.rows.length === 0))
  const exactHit = view.exact !== undefined && !view.exactMissed
  const readsOn = view.searched > 0 && !view.complete && !exactHit && !view.outdated
  const settled = asked && !view.pending && !view.reading && view.error === null
  const words = settled ? summaryWords(view, shown) : ''
  const [check, setCheck] = useState<CheckOf>()
  const onCheck = useCallback((next: CheckOf | undefined) => setCheck(() => next), [])
  const announce = useAnnounce()
  useEffect(() => {
    if (words !== '') announce(words)
  }, [announce, words])

  return (
    <>
      <PageHeader title="Ports" />
      <PortsFilters
        key={projectId}
        project={projectId}
        search={search}
        rows={view.rows}
        clears={clears}
        onType={setTyped}
        onChange={change}
        onClear={clear}
      />
      <section className={styles.list} aria-label="Ports found" aria-busy={view.reading}>
        <PortsSummary view={view} search={shown} />
        <Suspense fallback={<div className={styles.choose} />}>
          <ChoosePorts project={projectId} search={search} rows={view.rows} onCheck={onCheck} />
        </Suspense>
        {search.q !== undefined && asked && (
          <Suspense>
            <GroupOffer project={projectId} search={search} onPick={pickGroup} />
          </Suspense>
        )}
        {view.unreadable && (
          <Suspense>
            <UnreadableNotice what="port" unreadable={view.unreadable} />
          </Suspense>
        )}
        {waiting ? (
          <SkeletonRows label="Reading the ports" count={12} />
        ) : (
          <PortsTable
            project={projectId}
            view={view}
            sort={shown.sort}
            onSort={(sort) => change({ sort })}
            check={check}
          />
        )}
        {view.error !== null && (
          <div className={styles.foot}>
            <ErrorPanel
              error={view.error}
              title={
                view.rows.length === 0 ? 'The ports could not be read' : 'Further ports could not be read'
              }
              onRetry={readsOn ? undefined : view.retry}
            />
          </div>
        )}
        {settled && view.complete && view.rows.length === 0 && view.unreadable === undefined && (
          <Suspense>
            <NothingFound search={shown} onClear={clear} onRefresh={view.refresh} />
          </Suspense>
        )}
        {readsOn && (
          <div className={styles.foot}>
            {settled && view.rows.length === 0 && (
              <p>Nothing found in the {view.searched.toLocaleString('en')} ports read so far.</p>
            )}
            {/* Stays while it works, or the focus would be lost. */}
            <Button busy={view.reading} onClick={view.error === null ? view.readMore : view.retry}>
              {view.error !== null ? 'Try again' : shown.q ? 'Search further' : 'Load more'}
            </Button>
          </div>
        )}
      </section>
    </>
  )
}

function withText(search: PortsSearch, q: string | undefined): PortsSearch {
  const { q: before, ...filters } = search
  if (q === before) return search
  return q ? { ...filters, q } : filters
}
