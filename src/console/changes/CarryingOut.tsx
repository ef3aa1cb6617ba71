import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Suspense, useState, type JSX } from 'react'
import { isOver, type BulkChange, type BulkChoice } from '../../vpc/bulk-changes-api.ts'
import type { EndpointCalls } from '../../vpc/endpoint-calls.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { later } from '../errors/later.tsx'
import { counted } from '../facts/change-words.ts'
import { useRights } from '../operations/rights.ts'
import { chooseForBulkChange, takeBulkChange } from '../proxy-client/bulk-changes.ts'
import { callsQuery } from '../proxy-client/calls-query.ts'
import { sessionQuery } from '../proxy-client/queries.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Panel } from '../ui/Panel.tsx'
import {
  callsToSend,
  clockWords,
  paceWords,
  portsWords,
  stateWords,
  timeLeftWords,
} from '../waves/bulk-words.ts'
import { CountsBar } from '../waves/CountsBar.tsx'
import styles from './ChangePage.module.css'

const UndoDialog = later(() => import('./UndoDialog.tsx').then((module) => module.UndoDialog))

/** How far it is, and what can be decided about it now. */
export function CarryingOut({ project, change }: { project: string; change: BulkChange }): JSX.Element {
  const { bulk_change_id, state, counts, wave, pace, error, seconds_left } = change
  const { forbidden } = useRights(project)
  const client = useQueryClient()
  const navigate = useNavigate()
  const [asking, setAsking] = useState<'end' | 'undo'>()
  const choosing = useMutation({
    meta: { refused: 'Your choice about the change had no effect.' },
    mutationFn: (choice: BulkChoice) => chooseForBulkChange(bulk_change_id, choice, wave.number),
    onSuccess: (chosen) => {
      takeBulkChange(client, chosen)
      setAsking(undefined)
    },
  })
  const viewer = forbidden && 'Viewers look, and change nothing'
  const over = isOver(change) ? 'It is over' : undefined
  const busy = (choice: BulkChoice) => choosing.isPending && choosing.variables === choice
  const left = timeLeftWords(seconds_left)
  return (
    <Panel
      title="Carrying out"
      note={`stops ${pace.stop_after === 1 ? 'at the first failure' : `after ${pace.stop_after} failures`}`}
      footer={
        <div className={styles.buttons}>
          <span>
            <Button
              busy={busy('pause')}
              disabledReason={viewer ?? over ?? (notNow(change) || pauseless(change))}
              onClick={() => choosing.mutate('pause')}
            >
              Pause
            </Button>
            <Button disabledReason={viewer ?? over} onClick={() => setAsking('end')}>
              End here…
            </Button>
          </span>
          <span>
            <Button
              icon="undo"
              disabledReason={viewer ?? notUndoable(change)}
              onClick={() => setAsking('undo')}
            >
              {undoWords(change)}
            </Button>
            <Button
              variant="primary"
              busy={busy('go-on')}
              disabledReason={
                viewer ?? over ?? (notNow(change) || (state === 'running' ? 'It is under way' : undefined))
              }
              onClick={() => choosing.mutate('go-on')}
            >
              Go on
            </Button>
          </span>
        </div>
      }
    >
      <div className={styles.wave}>
        <div className={styles.line}>
          <b>
            {wave.number === 0
              ? 'No wave has begun'
              : `Wave ${wave.number} of ${wave.of} · ${portsWords(wave.ports)}`}
          </b>
          {left !== undefined && <span className={styles.muted}>{left}</span>}
        </div>
        <CountsBar counts={counts} />
        <p>{stateWords(change)}</p>
        {!isOver(change) && <p className={styles.muted}>{paceWords(pace).join(' ')}</p>}
        <Calls project={project} change={change} />
        {error !== null && !(state === 'stopped' && counts.failed > 0) && (
          <p>
            {error.error_msg} <code>{error.error_code}</code>
          </p>
        )}
        {choosing.error !== null && asking === undefined && (
          <ErrorPanel
            error={choosing.error}
            title="Your choice had no effect"
            unknown={{
              title: 'Whether your choice had an effect is unknown',
              text: 'This page shows it as soon as the proxy responds again. It is safe to choose again.',
            }}
          />
        )}
      </div>
      {asking === 'end' && (
        <Dialog
          open
          title="End this change here?"
          danger={counts.waiting > 0}
          onClose={() => setAsking(undefined)}
          footer={
            <>
              <Button onClick={() => setAsking(undefined)}>Cancel</Button>
              <Button variant="critical" busy={busy('end')} onClick={() => choosing.mutate('end')}>
                End here
              </Button>
            </>
          }
        >
          <p>
            {portsWords(counts.waiting)} {counts.waiting === 1 ? 'has' : 'have'} not had{' '}
            {counts.waiting === 1 ? 'its' : 'their'} turn, and will be left as{' '}
            {counts.waiting === 1 ? 'it is' : 'they are'}.
            {counts.under_way > 0 && ` What was begun on ${portsWords(counts.under_way)} comes to its end.`}{' '}
            What is done stays; it can be undone. It can’t be gone on with later, but the ports left out can
            be planned anew.
          </p>
          {choosing.error !== null && <ErrorPanel error={choosing.error} title="It was not ended" />}
        </Dialog>
      )}
      {asking === 'undo' && (
        <Suspense>
          <UndoDialog
            change={change}
            onClose={() => setAsking(undefined)}
            onBegun={(id) =>
              void navigate({
                to: '/projects/$projectId/changes/$changeId',
                params: { projectId: project, changeId: id },
              })
            }
          />
        </Suspense>
      )}
    </Panel>
  )
}

/** The calls that it made and has to make, and how many the endpoint has left for now. */
function Calls({ project, change }: { project: string; change: BulkChange }): JSX.Element {
  const over = isOver(change)
  const endpoint = useQuery(sessionQuery()).data?.projects.find(
    ({ project_id }) => project_id === project,
  )?.endpoint
  const { data } = useQuery({ ...callsQuery(), refetchInterval: over ? false : 5_000 })
  const budget = data?.endpoints.find((one) => one.endpoint === endpoint)
  const left = callsToSend(change)
  return (
    <>
      <p className={styles.muted}>
        {left !== undefined && `Calls left: ${left} that change a list, besides reads. `}
        {counted(change.calls, 'call')} so far, reads too.
      </p>
      {!over && budget !== undefined && budget.left !== null && (
        <p className={styles.muted}>{budgetWords(budget)}</p>
      )}
    </>
  )
}

function budgetWords({ left, limit, next_at, throttled_until }: EndpointCalls): string {
  const until = throttled_until ?? next_at
  const time = until === null ? '' : ` until ${clockWords(until)}`
  return throttled_until === null
    ? `The platform takes ${left!.toLocaleString('en')} of ${limit!.toLocaleString('en')} calls more${time}, of all users.`
    : `The platform takes no calls${time}.`
}

function notNow({ state }: BulkChange): string | undefined {
  return state === 'planning' ? 'It is being planned' : undefined
}

function pauseless({ state }: BulkChange): string | undefined {
  if (state === 'paused') return 'It is paused'
  return state === 'stopped' ? 'It has stopped' : undefined
}

function undoWords({ to_undo, undone_by }: BulkChange): string {
  if (undone_by !== null) return 'Undo again…'
  return to_undo === null || to_undo === 0 ? 'Undo…' : `Undo ${to_undo.toLocaleString('en')}…`
}

function notUndoable(change: BulkChange): string | undefined {
  const { counts, to_undo } = change
  if (!isOver(change)) return 'End it first'
  if (counts.under_way > 0) return 'Some of its ports are still under way'
  if (to_undo === null) return 'It is being undone'
  return to_undo === 0 ? 'Nothing was sent to any port' : undefined
}
