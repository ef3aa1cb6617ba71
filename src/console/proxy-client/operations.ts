import { queryOptions, type InfiniteData, type QueryClient } from '@tanstack/react-query'
import type { PortResponse, PortsResponse } from '../../vpc/responses.ts'
import { sameList } from '../../vpc/list-difference.ts'
import type { Port } from '../../vpc/port.ts'
import { SETTLED, type Operation } from '../../vpc/portside-api.ts'
import { keepSeen } from './keep-seen.ts'
import { pause } from '../hooks/pause.ts'
import { fromNowOn, isLater, noteTimes, outdate, timed, timesOf, wasAskedAfter, type Times } from './order.ts'
import { outdateMembers, portQuery, readPortAnew } from './queries.ts'
import { isWhole, readOperations, type KnownOperation } from './read-operations.ts'

/** The key of the changes that wait for a choice (awaiting-choice.ts). */
export const AWAITING_CHOICE_KEY = 'awaiting-choice'

/** An end of an operation is held back no longer than this for the port to be read after it. */
const LONGEST_HOLD_MS = 3_000
/** So long after a port is known to be changed, its page is drawn without the plan. */
const DRAWN_MS = 200

/**
 * The operations on a port, newest first. An older revision never takes the place of a newer one.
 */
export const portOperationsQuery = (project: string, port: string) =>
  queryOptions({
    queryKey: ['operations', project, port],
    // Without the signal: a read given up would put back what was known when it began.
    queryFn: async ({ client }) => {
      const read = await timed(() => readOperations(project, port))
      for (const one of read) noteTimes(one, timesOf(read))
      await takeEnds(client, project, port, read)
      return read
    },
    structuralSharing: (known, read) =>
      laterOperations(known as KnownOperation[] | undefined, read as KnownOperation[]),
    staleTime: 5_000,
    refetchOnWindowFocus: true,
  })

/**
 * Takes in an operation as received, for every view that shows it. Its end is shown together with
 * the port as it is after it, never with one that was read before.
 */
export async function takeOperation(client: QueryClient, operation: Operation): Promise<void> {
  const { operation_id, project_id, port_id } = operation
  const { queryKey } = portOperationsQuery(project_id, port_id)
  await takeEnds(client, project_id, port_id, [operation])
  client.setQueryData(queryKey, (known = []) =>
    known.some((one) => one.operation_id === operation_id)
      ? known.map((one) => (one.operation_id === operation_id ? operation : one))
      : [operation, ...known],
  )
}

/**
 * Those of `read`, but none that is known in a newer revision; before them what came since they
 * were asked for.
 */
function laterOperations(known: KnownOperation[] | undefined, read: KnownOperation[]): KnownOperation[] {
  if (known === undefined) return read
  const knownById = new Map(known.map((one) => [one.operation_id, one]))
  const merged = read.map((one) => {
    const before = knownById.get(one.operation_id)
    if (before === undefined || before.revision < one.revision) return one
    // Unchanged: what happens to it later is later than this response too.
    if (before.revision === one.revision && isLater(timesOf(one), timesOf(before)))
      noteTimes(before, timesOf(one))
    return before
  })
  const inRead = new Set(read.map((one) => one.operation_id))
  const since = known.filter((one) => !inRead.has(one.operation_id) && !isLater(timesOf(read), timesOf(one)))
  const all = [...since, ...merged]
  const same = all.length === known.length && all.every((one, n) => one === known[n])
  return noteTimes(same ? known : all, timesOf(read))
}

/**
 * Before `received` are shown: what an end among them, that was not known yet, makes out of date is
 * put right. The port is the one that the operation itself ended with, where nothing shown can be
 * later than that; else it is read anew.
 */
async function takeEnds(
  client: QueryClient,
  project: string,
  port: string,
  received: readonly KnownOperation[],
): Promise<void> {
  const known = client.getQueryData(portOperationsQuery(project, port).queryKey)
  const earlier = (one: KnownOperation) =>
    known?.find(({ operation_id }) => operation_id === one.operation_id)
  const news = received.filter((one) => one.revision > (earlier(one)?.revision ?? -1))
  if (known !== undefined && news.some((one) => SETTLED.has(one.status) || earlier(one) === undefined))
    for (const queryKey of [['records'], ['record'], [AWAITING_CHOICE_KEY]]) outdate(client, queryKey)
  // Newest first, and one at a time on a port.
  const ended = news.find(({ status }) => SETTLED.has(status) && status !== 'superseded')
  if (ended === undefined) return
  // What a later one is doing, or did, is later than this end: a response may be long on its way.
  const isOver = (one: KnownOperation) => one.created_at > ended.created_at && one.status !== 'queued'
  const isPast = () =>
    received.some(isOver) || client.getQueryData(portOperationsQuery(project, port).queryKey)?.some(isOver)
  if (isPast()) return
  const before = earlier(ended)
  const changed = before && changedGroups([ended, before])
  if (changed) outdateMembers(client, project, changed, 'none')
  const taken = portAfter(client, ended, before)
  // What the page shows for the plan that has ended is not read again: soon it is gone.
  if (changed) void taken.then(() => pause(DRAWN_MS)).then(() => outdateMembers(client, project, changed))
  // That a change is under way must be known at once.
  if (known === undefined && received.some(({ status }) => !SETTLED.has(status))) return
  await Promise.race([taken, pause(LONGEST_HOLD_MS)])
  // It could not be read so soon: then what the operation read last is later than what is shown.
  if (!isPast() && isBehind(client, ended)) takePort(client, ended, timesOf(ended)?.came)
}

async function portAfter(
  client: QueryClient,
  ended: KnownOperation,
  before: KnownOperation | undefined,
): Promise<void> {
  const { project_id, port_id } = ended
  const { queryKey } = portQuery(project_id, port_id)
  if (client.getQueryState(queryKey)?.fetchStatus === 'fetching' && !client.getQueryData(queryKey))
    await client.fetchQuery(portQuery(project_id, port_id)).catch(() => {})
  if (!isBehind(client, ended)) return
  // It has been so at some time after it was known to be under way.
  const since = before && readAt(before) !== readAt(ended) ? timesOf(before)?.asked : undefined
  if (since !== undefined) takePort(client, ended, since)
  // What can't be read is said where it is shown.
  if (isBehind(client, ended)) await readPortAnew(client, project_id, port_id).catch(() => {})
}

/** When the operation's list was read last. */
function readAt(operation: KnownOperation): string | null | undefined {
  return isWhole(operation) ? operation.list_read_at : undefined
}

/** True when the port that is shown may be from before the end of the operation. */
function isBehind(client: QueryClient, ended: KnownOperation): boolean {
  const { project_id, port_id, list_now } = ended
  const shown = client.getQueryData(portQuery(project_id, port_id).queryKey)
  if (shown === undefined || isLater(timesOf(shown), timesOf(ended))) return false
  // It may have ended long ago, and somebody else have changed the list since.
  if (wasAskedAfter(timesOf(shown), ended.updated_at)) return false
  return list_now === null || !sameList(list_now, shown.port.security_groups)
}

/**
 * Shows the port that an operation ended with, known to be so at some time after `since`: unless
 * what is shown may be later.
 */
function takePort(client: QueryClient, ended: KnownOperation, since: number | undefined): void {
  if (!isWhole(ended)) return
  const { project_id, port_id, port, request_id, list_now } = ended
  const shown = client.getQueryData(portQuery(project_id, port_id).queryKey)
  if (!port || !list_now || since === undefined || !shown) return
  const times = fromNowOn(since)
  if (isLater(times, timesOf(shown)))
    storePort(client, project_id, { port, request_id: request_id ?? null }, times)
}

/** The groups that have got or lost the port as a member. */
function changedGroups(known: readonly KnownOperation[]): string[] {
  const whole = known.find(isWhole)
  if (whole === undefined) return []
  const { planned_from, desired, list_now } = whole
  const after = list_now ?? desired
  return [
    ...planned_from.filter((id) => !after.includes(id)),
    ...after.filter((id) => !planned_from.includes(id)),
  ]
}

/**
 * Puts a Port that the platform returned where the console's views read it: never a guessed one.
 */
function storePort(client: QueryClient, project: string, response: PortResponse, times: Times): void {
  const { queryKey } = portQuery(project, response.port.id)
  const tables = [
    ['ports', project],
    ['exact-ports', project],
  ]
  const reading = client.getQueryState(queryKey)?.fetchStatus === 'fetching'
  // Reads that are out may come back with the list as it was before; pages are put together from
  // what was there before.
  for (const key of [queryKey, ...tables]) void client.cancelQueries({ queryKey: key })
  client.setQueryData(queryKey, noteTimes(response, times))
  keepSeen(response.port.id, response.port.security_groups)
  const replaced = (ports: Port[]) =>
    ports.map((port) => (port.id === response.port.id ? response.port : port))
  client.setQueriesData<InfiniteData<PortsResponse>>({ queryKey: tables[0]! }, (data) =>
    data?.pages.some(({ ports }) => ports.some(({ id }) => id === response.port.id))
      ? { ...data, pages: data.pages.map((page) => ({ ...page, ports: replaced(page.ports) })) }
      : data,
  )
  client.setQueriesData<Port[]>({ queryKey: tables[1]! }, (ports) => ports && replaced(ports))
  if (reading) void client.refetchQueries({ queryKey, type: 'active' })
  for (const key of tables)
    void client.refetchQueries({
      queryKey: key,
      type: 'active',
      predicate: (query) => query.state.data === undefined,
    })
}
