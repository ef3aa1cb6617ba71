import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState, type JSX } from 'react'
import { createPortal } from 'react-dom'
import { isBudgetShort } from '../../vpc/endpoint-calls.ts'
import { listDifference, sameList } from '../../vpc/list-difference.ts'
import { SETTLED } from '../../vpc/portside-api.ts'
import type { DragLink } from '../drag/drag-link.ts'
import { listChangeWords } from '../facts/change-words.ts'
import { groupName, type GroupFacts } from '../facts/group-facts.ts'
import { useLatest } from '../hooks/latest.ts'
import type { PortOperations } from '../operations/follow-operations.ts'
import { callsQuery } from '../proxy-client/calls-query.ts'
import { portOperationsQuery } from '../proxy-client/operations.ts'
import { timesOf } from '../proxy-client/order.ts'
import { portQuery, sessionQuery } from '../proxy-client/queries.ts'
import { useAnnounce } from '../ui/Announcer.tsx'
import { Button, IconButton } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import styles from './Freshness.module.css'
import { READ_AT } from './PortHeader.tsx'
import { mayLook } from './may-look.ts'

/** How often it is decided whether to look. */
const TICK_MS = 5_000

type FreshnessProps = {
  project: string
  portId: string
  list: readonly string[]
  operations: PortOperations
  /** Operations that this page has seen under way: what they change is no news. */
  seen: ReadonlySet<string>
  /** The operator is asked about the list's change elsewhere on the page. */
  asked: boolean
  dragLink: DragLink
  facts: GroupFacts
}

/**
 * When the port was read, in the page's head, and what was changed elsewhere since. While the page
 * is in front, it looks every twenty seconds.
 */
export function Freshness(props: FreshnessProps): JSX.Element {
  const { project, portId, list, operations, asked, facts } = props
  const read = useLooks(props)
  const news = useListNews(props)
  const announce = useAnnounce()
  const { reload } = operations
  const words = news && listChangeWords(news.from, news.to)
  useEffect(() => {
    if (words === undefined) return
    announce(`The list was changed elsewhere: ${words}`)
    // Perhaps through this Portside.
    reload()
  }, [words, announce, reload])
  const [head] = useState(() => document.getElementById(READ_AT))
  const readAgain = async () => {
    const { data, isSuccess } = await read.refetch()
    // What can't be read is said where the port is shown.
    if (isSuccess && sameList(data.port.security_groups, list)) announce('Read again: the list is as before')
  }
  const time = new Date(read.at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  return (
    <>
      {head &&
        createPortal(
          <span className={styles.read}>
            Read at {time}
            <IconButton
              size="small"
              icon="refresh"
              label="Read again"
              busy={read.isFetching}
              onClick={() => void readAgain()}
            />
          </span>,
          head,
        )}
      {news && !asked && (
        <Notice
          title={`The list was changed elsewhere: ${words}`}
          actions={
            <Button size="small" onClick={news.hide}>
              Hide
            </Button>
          }
        >
          <ul key={`${project}/${portId}`}>
            {changeLines(news.from, news.to, facts).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  )
}

/** Reads the port while the page is in front, as often as the budget of calls allows. */
function useLooks({ project, portId, dragLink }: FreshnessProps) {
  const queryClient = useQueryClient()
  const query = portQuery(project, portId)
  const { data, dataUpdatedAt, isFetching, refetch } = useQuery({ ...query, enabled: false })
  const look = useLatest(async () => {
    const may = () => {
      const { dataUpdatedAt: read = 0, errorUpdatedAt: failed = 0 } =
        queryClient.getQueryState(query.queryKey) ?? {}
      return mayLook({
        inFront: document.visibilityState === 'visible' && document.hasFocus(),
        underWay:
          queryClient.isMutating() > 0 ||
          queryClient
            .getQueryData(portOperationsQuery(project, portId).queryKey)
            ?.some(({ status }) => !SETTLED.has(status)) === true,
        dragging: dragLink.isDragging(),
        sinceRead: Date.now() - Math.max(read, failed),
      })
    }
    if (!may()) return
    const endpoint = queryClient
      .getQueryData(sessionQuery().queryKey)
      ?.projects.find(({ project_id }) => project_id === project)?.endpoint
    const { endpoints } = await queryClient.fetchQuery(callsQuery())
    const calls = endpoints.find((one) => one.endpoint === endpoint)
    if (may() && !(calls && isBudgetShort(calls))) await refetch({ cancelRefetch: false })
  })
  useEffect(() => {
    // What can't be read is said where the port is shown.
    const timer = setInterval(() => void look.current().catch(() => {}), TICK_MS)
    return () => clearInterval(timer)
  }, [look])
  const at = (data && timesOf(data)?.askedByProxy) ?? dataUpdatedAt
  return { at, isFetching, refetch }
}

/** What became of the list since the page showed it first, other than by what is shown of it. */
function useListNews({ list, operations, seen, asked }: FreshnessProps) {
  const [known, setKnown] = useState(list)
  const [news, setNews] = useState<{ from: readonly string[]; to: readonly string[] }>()
  if (!sameList(known, list)) {
    const own =
      operations.underWay.length > 0 ||
      operations.all.some(
        ({ operation_id, list_now }) =>
          seen.has(operation_id) && list_now !== null && sameList(list_now, list),
      )
    const from = news?.from ?? known
    setKnown(list)
    setNews(own || sameList(from, list) ? undefined : { from, to: list })
  }
  // The question says the same, and more.
  if (asked && news !== undefined) setNews(undefined)
  return news && { ...news, hide: () => setNews(undefined) }
}

const MOST_LINES = 6

function changeLines(from: readonly string[], to: readonly string[], facts: GroupFacts): string[] {
  const { added, removed, moved } = listDifference(from, to)
  const name = (id: string) => groupName(facts, id)
  const lines = [
    ...added.map((one) => `${name(one.id)} added at position ${one.to + 1}`),
    ...removed.map((one) => `${name(one.id)} detached from position ${one.from + 1}`),
    ...moved.map((one) => `${name(one.id)} moved from ${one.from + 1} to ${one.to + 1}`),
  ]
  const more = lines.length - MOST_LINES
  return more > 1 ? [...lines.slice(0, MOST_LINES), `and ${more} more`] : lines
}
