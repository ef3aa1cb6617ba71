import { useEffect, useMemo, useState } from 'react'
import { flushSync } from 'react-dom'
import * as z from 'zod/mini'
import { handOnKey } from '../hooks/hand-on-key.ts'
import { useLatest } from '../hooks/latest.ts'
import { isChanged, type Arrangement } from './arrangement.ts'
import { arrangementKey } from './arrangement-key.ts'

/** No list names a security group twice. */
const eachOnce = z.refine<readonly unknown[]>((all) => new Set(all).size === all.length)
const groupList = z.array(z.string()).check(eachOnce)

/** The form that an earlier Portside kept: every list with whole IDs. */
const version1 = z.object({
  version: z.literal(1),
  port_id: z.string(),
  made_for: groupList,
  desired: groupList,
  past: z.array(groupList),
  future: z.array(groupList),
  operation_id: z.nullable(z.string()),
})

const places = z.array(z.int().check(z.gte(0))).check(eachOnce)

/**
 * The form that the browser keeps. Lists are indexes into `groups`, as the lists to undo name the
 * same groups over and over. Any other version is not read.
 */
const version2 = z
  .object({
    version: z.literal(2),
    port_id: z.string(),
    groups: groupList,
    made_for: places,
    desired: places,
    past: z.array(places),
    future: z.array(places),
    operation_id: z.nullable(z.string()),
    moved: z.optional(places),
    port_name: z.optional(z.string()),
  })
  .check(
    // Places of groups that are there.
    z.refine(({ groups, made_for, desired, past, future, moved = [] }) =>
      [made_for, desired, moved, ...past, ...future].flat().every((at) => at < groups.length),
    ),
  )

/** A change is written when none has followed for this long, or when the page is left. */
const REST_MS = 300

/** Longer ones are cut. */
const LONGEST_NAME = 255

/**
 * Where one port's arrangement is kept: in the browser (localStorage), so that it survives a
 * reload, a lost session and a restart of the proxy. Tabs that show the same port share it.
 */
export type ArrangementStore = {
  /** The arrangement as kept, or null when nothing is arranged. */
  get(): Arrangement | null
  /** Keeps it; null (or an arrangement in which nothing is arranged or undone) removes it. */
  set(arrangement: Arrangement | null): void
  /** Removes the one that `get` returned, but none that another tab has kept since. */
  remove(arrangement: Arrangement): void
  /** Calls back at each change, in this tab or another. @returns ends it */
  subscribe(listener: () => void): () => void
  /** True when the browser refused to keep the last one: it is lost with a reload. */
  isUnkept(): boolean
}

/** Called when this tab has written or removed an arrangement, of any port. */
export const keptListeners = new Set<() => void>()

/**
 * The arrangement store of one port. @param name what the port is called, to be kept with it
 */
export function arrangementStore(
  project: string,
  port: string,
  storage: Storage,
  name?: string,
): ArrangementStore {
  const key = arrangementKey(project, port)
  const listeners = new Set<() => void>()
  let current = read(storage, key, port)
  let unkept = false
  let resting: ReturnType<typeof setTimeout> | undefined
  const notify = () => listeners.forEach((listener) => listener())
  const onStorage = (event: StorageEvent) => {
    if (event.storageArea !== storage || (event.key !== key && event.key !== null)) return
    // A change made here, not written yet, is newer.
    if (resting !== undefined) return
    current = read(storage, key, port)
    notify()
  }
  const save = () => {
    clearTimeout(resting)
    resting = undefined
    const before = unkept
    unkept = !write(storage, key, port, current, name)
    keptListeners.forEach((listener) => listener())
    if (unkept !== before) notify()
  }
  const saveNow = () => {
    if (resting !== undefined) save()
  }
  const onHidden = () => {
    if (document.visibilityState === 'hidden') saveNow()
  }
  /** Takes in what another tab kept, of which this one may not have been notified yet. */
  const lookAgain = () => {
    if (unkept || resting !== undefined) return
    const stored = read(storage, key, port)
    if (JSON.stringify(stored) !== JSON.stringify(current)) current = stored
  }
  const store: ArrangementStore = {
    get: () => current,
    isUnkept: () => unkept,
    remove(arrangement) {
      if (current !== arrangement) return
      lookAgain()
      if (current === arrangement) store.set(null)
      else notify()
    },
    set(arrangement) {
      const idle =
        arrangement === null ||
        (!isChanged(arrangement) && arrangement.past.length === 0 && arrangement.future.length === 0)
      const sent = arrangement?.operationId ?? null
      const isSent = sent !== null && sent !== current?.operationId
      current = idle ? null : arrangement
      clearTimeout(resting)
      resting = setTimeout(save, REST_MS)
      // What is sent must be kept first; and without a listener nothing writes it later.
      if (idle || isSent || listeners.size === 0) save()
      notify()
    },
    subscribe(listener) {
      if (listeners.size === 0) {
        // Without a listener, changes of another tab were not noticed.
        lookAgain()
        addEventListener('storage', onStorage)
        addEventListener('pagehide', saveNow)
        document.addEventListener('visibilitychange', onHidden)
      }
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        saveNow()
        removeEventListener('storage', onStorage)
        removeEventListener('pagehide', saveNow)
        document.removeEventListener('visibilitychange', onHidden)
      }
    },
  }
  return store
}

function closed(): never {
  throw new Error('closed')
}

/** The browser's storage; where that is switched off, one that refuses every write. */
export function browserStorage(): Storage {
  try {
    return localStorage
  } catch {
    return {
      length: 0,
      clear: closed,
      getItem: () => null,
      key: () => null,
      removeItem: closed,
      setItem: closed,
    }
  }
}

/**
 * What an operator does begins with one of these, even by a device that only clicks; a drag drops
 * where the pointer goes up.
 */
const BEGINNINGS = ['keydown', 'pointerdown', 'pointerup', 'click'] as const

/**
 * The arrangement of a port as kept in this browser, and how to change it. A change in a transition
 * is drawn a little later; whatever the operator does before that waits until it is drawn, so that
 * nothing is done to a list that is no longer the newest.
 */
export function useArrangementStore(
  project: string,
  port: string,
  name?: string,
): {
  kept: Arrangement | null
  keep: (arrangement: Arrangement | null) => void
  remove: (arrangement: Arrangement) => void
  unkept: boolean
} {
  const store = useMemo(() => arrangementStore(project, port, browserStorage(), name), [project, port, name])
  // Not useSyncExternalStore: that draws each change at once.
  const [drawn, setDrawn] = useState(() => stateOf(store))
  const current = drawn.store === store ? drawn : stateOf(store)
  if (current !== drawn) setDrawn(current)
  const latest = useLatest(current)
  useEffect(() => {
    const follow = () => setDrawn((before) => (isAsIn(store, before) ? before : stateOf(store)))
    const catchUp = (event: UIEvent) => {
      // A pointer's click is no beginning: it may be the end of the drag that has just dropped.
      if (event.detail > 0 || isAsIn(store, latest.current)) return
      flushSync(() => setDrawn(stateOf(store)))
      // The row that had the focus is gone now: its key is for what has the focus next.
      const { activeElement: next } = document
      const isGone = event.target instanceof Node && !event.target.isConnected
      if (event instanceof KeyboardEvent && isGone && next) handOnKey(event, next)
    }
    const unsubscribe = store.subscribe(follow)
    follow()
    for (const type of BEGINNINGS) addEventListener(type, catchUp, true)
    return () => {
      unsubscribe()
      for (const type of BEGINNINGS) removeEventListener(type, catchUp, true)
    }
  }, [store, latest])
  return { kept: current.kept, keep: store.set, remove: store.remove, unkept: current.unkept }
}

type StoreState = { store: ArrangementStore; kept: Arrangement | null; unkept: boolean }

function stateOf(store: ArrangementStore): StoreState {
  return { store, kept: store.get(), unkept: store.isUnkept() }
}

function isAsIn(store: ArrangementStore, state: StoreState): boolean {
  return state.store === store && state.kept === store.get() && state.unkept === store.isUnkept()
}

/** Removes what is no arrangement of this port: to misread one is worse than to lose it. */
function read(storage: Storage, key: string, port: string): Arrangement | null {
  const data = parsed(storage, key)
  if (data === null) return null
  if (data === undefined || data.port_id !== port) {
    write(storage, key, port, null)
    return null
  }
  return arrangementIn(data)
}

type Kept = z.infer<typeof version1> | z.infer<typeof version2>

/** What is kept under a key; null: nothing, undefined: no arrangement. */
export function parsed(storage: Storage, key: string): Kept | null | undefined {
  let data: unknown
  try {
    data = JSON.parse(storage.getItem(key) ?? 'null')
  } catch {
    return undefined
  }
  return data === null ? null : z.union([version2, version1]).safeParse(data).data
}

/** The arrangement as it is used. */
export function arrangementIn(data: Kept): Arrangement {
  const kept = data.version === 1 ? { ...data, moved: undefined } : withGroupIds(data)
  const { made_for, desired, past, future, operation_id, moved } = kept
  return { madeFor: made_for, desired, past, future, operationId: operation_id, ...(moved && { moved }) }
}

/** The lists with group IDs in place of indexes. */
function withGroupIds(kept: z.infer<typeof version2>) {
  const { groups, made_for, desired, past, future, operation_id, moved } = kept
  const list = (at: readonly number[]) => at.map((place) => groups[place]!)
  return {
    made_for: list(made_for),
    desired: list(desired),
    past: past.map(list),
    future: future.map(list),
    operation_id,
    moved: moved && list(moved),
  }
}

/** @returns false when the browser did not keep it (its storage is full, or switched off) */
function write(
  storage: Storage,
  key: string,
  port: string,
  arrangement: Arrangement | null,
  name?: string,
): boolean {
  try {
    if (arrangement === null) {
      storage.removeItem(key)
      return true
    }
    try {
      storage.setItem(key, textOf(port, arrangement, name))
    } catch {
      // The lists to undo take most of the space, and matter less than the arrangement.
      storage.setItem(key, textOf(port, { ...arrangement, past: [], future: [] }, name))
    }
    return true
  } catch {
    return false
  }
}

function textOf(
  port: string,
  { madeFor, desired, past, future, operationId, moved }: Arrangement,
  name: string | undefined,
): string {
  const placeOf = new Map<string, number>()
  const list = (ids: readonly string[]) =>
    ids.map((id) => {
      if (!placeOf.has(id)) placeOf.set(id, placeOf.size)
      return placeOf.get(id)!
    })
  const lists = {
    made_for: list(madeFor),
    desired: list(desired),
    past: past.map(list),
    future: future.map(list),
    moved: moved?.filter((id) => placeOf.has(id)).map((id) => placeOf.get(id)!),
  }
  return JSON.stringify({
    version: 2,
    port_id: port,
    groups: [...placeOf.keys()],
    ...lists,
    operation_id: operationId,
    port_name: name?.slice(0, LONGEST_NAME),
  })
}
