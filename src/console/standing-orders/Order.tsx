import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useId, useState, type JSX } from 'react'
import { intentWords } from '../../vpc/bulk/intent-words.ts'
import type { StandingOrder } from '../../vpc/standing-orders-api.ts'
import { orderPortsWords } from '../../vpc/standing-orders.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { groupName, type Named } from '../facts/group-names.ts'
import { planAnewSearch } from '../facts/new-change-search.ts'
import { checkOrder, deleteOrder, ordersChanged, readMendable } from '../proxy-client/standing-orders.ts'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Time } from '../ui/Time.tsx'
import { Departures } from './Departures.tsx'
import { countsWords, everyWords, standOf } from './order-words.ts'
import styles from './OrdersPage.module.css'

type OrderProps = {
  project: string
  order: StandingOrder
  names: Named
  /** Why this user may not change it. */
  forbidden: string | undefined
  /** Its ports are shown. */
  opened: boolean
  onOpen: (opened: boolean) => void
  onChange: () => void
}

/** One standing order: what it says, how its ports stand to it, and what can be done. */
export function Order(props: OrderProps): JSX.Element {
  const { project, order, names, forbidden, opened, onOpen, onChange } = props
  const { order_id, name, intent, ports, check, checking, failed, check_every_minutes } = order
  const client = useQueryClient()
  const navigate = useNavigate()
  const id = useId()
  const [deleting, setDeleting] = useState(false)
  const checks = useMutation({
    meta: { refused: 'Your request to check a standing order began nothing.' },
    mutationFn: () => checkOrder(client, order_id),
  })
  const mending = useMutation({
    mutationFn: () => readMendable(order_id),
    onSuccess: (found) => {
      if (found.length > 0)
        void navigate({
          to: '/projects/$projectId/changes/new',
          params: { projectId: project },
          search: planAnewSearch(intent, found),
        })
    },
  })
  const nameOf = (group: string) => groupName({ groups: names }, group)
  const { words, tone } = standOf(order)
  const found = (check?.departs ?? 0) + (check?.undecided ?? 0)
  const error = checks.error ?? mending.error
  return (
    <li className={styles.order} aria-labelledby={`${id}-name`}>
      <div className={styles.head}>
        <h2 id={`${id}-name`} className={styles.name}>
          {name}
        </h2>
        <Badge tone={tone}>{words}</Badge>
        {checking !== null && check !== null && <Badge tone="accent">Being checked</Badge>}
      </div>
      <p className={styles.words}>{intentWords(intent, nameOf)}</p>
      <p className={styles.facts}>
        <span>For {orderPortsWords(ports, nameOf)}</span>
        <span>Checked {everyWords(check_every_minutes)}</span>
        <span>
          Last said by {order.changed_by}, <Time value={order.changed_at} /> UTC
        </span>
      </p>
      {check !== null && (
        <p className={styles.facts}>
          <span>{countsWords(check)}</span>
          <span>
            Last check <Time value={check.ended_at} /> UTC
            {check.by === null ? ', by itself' : `, asked for by ${check.by}`}
          </span>
        </p>
      )}
      <output>
        {checking !== null && (
          <span className={styles.facts}>
            {checking.error === null ? (
              <span>Checking: {checking.read.toLocaleString('en')} ports of the project read</span>
            ) : (
              <span>
                The check waits
                {checking.again_at !== null &&
                  ` until ${new Date(checking.again_at).toLocaleTimeString('en-GB')}`}
                : {checking.error.error_msg}
              </span>
            )}
          </span>
        )}
      </output>
      {check !== null && check.unreadable > 0 && (
        <Notice tone="warn" title="Not everything could be read">
          {check.unreadable.toLocaleString('en')} of the ports that the platform lists can’t be read: this
          order may be for them.
        </Notice>
      )}
      {failed !== null && checking === null && (
        <Notice tone="danger" title="The last check failed">
          {failed.error.error_msg} {failed.error.advice}
          {check !== null && ' What is shown is of the check before it.'}
        </Notice>
      )}
      {error !== null && (
        <ErrorPanel
          error={error}
          title={checks.error === null ? 'The ports could not be read' : 'The check did not begin'}
          unknown={{
            title: 'Whether the check has begun is unknown',
            text: 'It is safe to ask again: only one check of it is under way.',
          }}
        />
      )}
      {mending.data?.length === 0 && (
        <Notice tone="warn" title="No change mends these ports" role="alert">
          Each says why at its list.
        </Notice>
      )}
      <div className={styles.actions}>
        <Button
          size="small"
          icon="refresh"
          busy={checks.isPending}
          disabledReason={checking === null ? undefined : 'It is being checked'}
          onClick={() => checks.mutate()}
        >
          Check now
        </Button>
        <Button
          size="small"
          aria-expanded={opened}
          aria-controls={`${id}-ports`}
          disabledReason={found > 0 || opened ? undefined : 'No port departs by the last check'}
          onClick={() => onOpen(!opened)}
        >
          {opened ? 'Hide ports' : 'Show ports'}
        </Button>
        {(check?.departs ?? 0) > 0 && (
          <Button size="small" variant="primary" busy={mending.isPending} onClick={() => mending.mutate()}>
            Mend…
          </Button>
        )}
        <Button size="small" disabledReason={forbidden} onClick={onChange}>
          Change…
        </Button>
        <Button size="small" disabledReason={forbidden} onClick={() => setDeleting(true)}>
          Delete…
        </Button>
      </div>
      <div id={`${id}-ports`}>
        {opened && check !== null && <Departures project={project} order={order} names={names} />}
      </div>
      {deleting && <DeleteDialog order={order} onClose={() => setDeleting(false)} />}
    </li>
  )
}

/** Asks before an order is deleted. */
function DeleteDialog({ order, onClose }: { order: StandingOrder; onClose: () => void }): JSX.Element {
  const client = useQueryClient()
  const deleting = useMutation({
    meta: { refused: 'Your request to delete a standing order changed nothing.' },
    mutationFn: () => deleteOrder(order),
    onSuccess: onClose,
    onSettled: () => ordersChanged(client),
  })
  return (
    <Dialog
      open
      title={`Delete ‘${order.name}’?`}
      onClose={deleting.isPending ? () => {} : onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="danger" busy={deleting.isPending} onClick={() => deleting.mutate()}>
            Delete
          </Button>
        </>
      }
    >
      <p>
        It is no longer checked, and what its checks found is deleted. No port changes. What it said stays in
        the record below the list.
      </p>
      {deleting.error !== null && (
        <ErrorPanel
          error={deleting.error}
          title="The standing order was not deleted"
          unknown={{
            title: 'Whether the standing order was deleted is unknown',
            text: 'Close this and look at the list.',
          }}
        />
      )}
    </Dialog>
  )
}
