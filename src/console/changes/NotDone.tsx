import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState, type JSX } from 'react'
import type { BulkChange, BulkPortState } from '../../vpc/bulk-changes-api.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { planAnewSearch } from '../facts/new-change-search.ts'
import { bulkPortsQuery } from '../proxy-client/bulk-changes.ts'
import { Button } from '../ui/Button.tsx'
import { Panel } from '../ui/Panel.tsx'
import { portsWords } from '../waves/bulk-words.ts'
import styles from './ChangePage.module.css'
import { PortLine } from './ChangePorts.tsx'

/** What did not come to a good end, in the order in which it is shown. */
const STATES: readonly BulkPortState[] = ['failed', 'list_changed', 'left_out']
/** So many of each are shown at once. */
const MOST = 5

type NotDoneProps = {
  project: string
  change: BulkChange
  onShow: (state: BulkPortState) => void
}

/** The ports that failed or were left out, first of all: with the ways to them, and on. */
export function NotDone({ project, change, onShow }: NotDoneProps): JSX.Element | null {
  const { bulk_change_id, counts, intent, undoes } = change
  const client = useQueryClient()
  const navigate = useNavigate()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const states = STATES.filter((state) => counts[state] > 0)
  if (states.length === 0) return null
  const planAnew = async () => {
    setBusy(true)
    setError(null)
    try {
      const ids: string[] = []
      for (const state of states) {
        const { pages } = await client.fetchInfiniteQuery({
          ...bulkPortsQuery(bulk_change_id, state),
          staleTime: 0,
          pages: Infinity,
        })
        ids.push(...pages.flatMap(({ ports }) => ports.map(({ port_id }) => port_id)))
      }
      await navigate({
        to: '/projects/$projectId/changes/new',
        params: { projectId: project },
        search: planAnewSearch(intent, ids),
      })
    } catch (reason) {
      setError(reason)
    } finally {
      setBusy(false)
    }
  }
  const count = states.reduce((sum, state) => sum + counts[state], 0)
  return (
    <Panel
      title="Not done"
      note={portsWords(count)}
      actions={
        // An undo is planned against the lists as they are: there is no intent to plan anew.
        undoes === null && (
          <Button busy={busy} onClick={() => void planAnew()}>
            Plan anew…
          </Button>
        )
      }
    >
      {error !== null && <ErrorPanel error={error} title="The ports could not be read" />}
      {states.map((state) => (
        <FirstOf key={state} {...{ project, change, state, onShow }} />
      ))}
    </Panel>
  )
}

function FirstOf(props: NotDoneProps & { state: BulkPortState }): JSX.Element {
  const { project, change, state, onShow } = props
  const { data } = useInfiniteQuery(bulkPortsQuery(change.bulk_change_id, state))
  const first = data?.pages[0]?.ports.slice(0, MOST) ?? []
  const more = change.counts[state] - first.length
  return (
    <>
      <ul>
        {first.map((port) => (
          <li key={port.port_id}>
            <PortLine project={project} port={port} />
          </li>
        ))}
      </ul>
      {data !== undefined && more > 0 && (
        <div className={styles.foot}>
          <Button size="small" onClick={() => onShow(state)}>
            Show {portsWords(more)} more below
          </Button>
        </div>
      )}
    </>
  )
}
