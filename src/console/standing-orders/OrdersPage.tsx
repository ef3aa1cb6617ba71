import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Suspense, useEffect, useRef, useState, type JSX } from 'react'
import { groupsNamed } from '../../vpc/bulk/intent-words.ts'
import type { StandingOrder } from '../../vpc/standing-orders-api.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { later } from '../errors/later.tsx'
import { useGroupNames } from '../facts/use-group-names.ts'
import { firstViewDrawn } from '../hooks/first-view.ts'
import { useFocusRescue } from '../hooks/focus-rescue.ts'
import { useRights } from '../operations/rights.ts'
import { standingOrdersQuery } from '../proxy-client/standing-orders.ts'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import { Order } from './Order.tsx'
import { OrderEntries } from './OrderEntries.tsx'
import styles from './OrdersPage.module.css'

const route = getRouteApi('/projects/$projectId/standing-orders')

const OrderForm = later(() => import('./OrderForm.tsx').then((module) => module.OrderForm))

/** Why a viewer can't make, change or delete one. */
const FOR_OPERATORS = 'Viewers look and check; operators make and change standing orders'

/** This page is below that of the link, and is not it. */
const EXACT = { exact: true }

/** The standing orders of a project, and which ports depart from each. */
export function OrdersPage(): JSX.Element {
  useEffect(firstViewDrawn, [])
  const { projectId } = route.useParams()
  const { order: opened, record } = route.useSearch()
  const navigate = route.useNavigate()
  const forbidden = useRights(projectId).forbidden && FOR_OPERATORS
  const { data: orders, error, isPending, refetch } = useQuery(standingOrdersQuery(projectId))
  const { form, asked, show: setForm } = useForm((orders ?? []).map(({ order_id }) => order_id))
  const names = useGroupNames(
    projectId,
    (orders ?? []).flatMap(({ intent, ports }) => [
      ...groupsNamed(intent),
      ...(ports.group ? [ports.group] : []),
    ]),
  )
  const open = (order: string | undefined) =>
    void navigate({ search: order === undefined ? {} : { order }, replace: true, resetScroll: false })
  const make = (
    <Button variant="primary" icon="plus" disabledReason={forbidden} onClick={() => setForm('new')}>
      New standing order
    </Button>
  )
  return (
    <>
      <PageHeader
        title="Standing orders"
        crumbs={
          <Link to="/projects/$projectId/changes" params={{ projectId }} activeOptions={EXACT}>
            Changes
          </Link>
        }
        actions={orders !== undefined && orders.length > 0 ? make : undefined}
      >
        Rules of order that are kept by name. A check reads the ports and says which depart; it changes
        nothing.
      </PageHeader>
      {error !== null && (
        <ErrorPanel
          error={error}
          title="The standing orders could not be read"
          onRetry={() => void refetch()}
        />
      )}
      {isPending && error === null && <SkeletonRows label="Reading the standing orders" />}
      {form !== undefined && (
        <Suspense fallback={<SkeletonRows label="Loading the form" count={3} />}>
          <OrderForm
            key={form === 'new' ? form : form.order_id}
            asked={asked}
            project={projectId}
            order={form === 'new' ? undefined : form}
            onClose={() => setForm(undefined)}
            onDone={(order) => {
              setForm(undefined)
              open(order.order_id)
            }}
          />
        </Suspense>
      )}
      {orders?.length === 0 && form === undefined && (
        <EmptyState title="No standing orders yet" actions={make}>
          ‘quarantine before everything’, ‘deny-known-attackers above web-public’, ‘exactly this list on these
          ports’: say once how lists have to be, and see at any time which ports depart.
        </EmptyState>
      )}
      {orders !== undefined && orders.length > 0 && (
        <ul className={styles.list} aria-label="Standing orders">
          {orders.map((order) => (
            <Order
              key={order.order_id}
              project={projectId}
              order={order}
              names={names}
              forbidden={forbidden}
              opened={order.order_id === opened}
              onOpen={(wanted) => open(wanted ? order.order_id : undefined)}
              onChange={() => setForm(order)}
            />
          ))}
        </ul>
      )}
      <OrderEntries project={projectId} sought={record === 'open'} />
    </>
  )
}

type Shown = StandingOrder | 'new' | undefined

/** The form that is shown. When it or an order goes, the focus does not go with it. */
function useForm(orders: readonly string[]) {
  const [form, setForm] = useState<Shown>()
  const [asked, setAsked] = useState(0)
  const askedFrom = useRef<Element>(null)
  useEffect(() => {
    if (form === undefined && askedFrom.current instanceof HTMLElement) askedFrom.current.focus()
  }, [form])
  useFocusRescue(form === undefined ? orders : [...orders, 'form'])
  const show = (next: Shown) => {
    if (next !== undefined) askedFrom.current = document.activeElement
    setForm(next)
    setAsked((count) => count + 1)
  }
  return { form, asked, show }
}
