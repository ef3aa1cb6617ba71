import { useMemo, useSyncExternalStore } from 'react'
import * as z from 'zod/mini'
import { isChanged, type Arrangement } from './arrangement.ts'

const groupList = z
  .array(z.string())
  .check(z.refine((ids) => new Set(ids).size === ids.length, 'must not name a security group twice'))

/** An arrangement as the browser keeps it. Another version is another shape: then it is not read. */
const kept = z.object({
  version: z.literal(1),
  port_id: z.string(),
  made_for: groupList,
  desired: groupList,
  past: z.array(groupList),
  future: z.array(groupList),
  operation_id: z.nullable(z.string()),
})

const PREFIX = 'portside.arrangement'
const keyOf = (project: string, port: string) => `${PREFIX}/${project}/${port}`

/**
 * Where one port's arrangement is kept: in the browser (localStorage), so that it survives a reload, a lost session and a
 * restart of the proxy. Tabs that show the same port share it.
 */
export type ArrangementStore = {
  /** The arrangement as kept, or null when nothing is arranged. */
  get(): Arrangement | null
  /** Keeps it; null (or an arrangement in which nothing is arranged or undone) removes it. */
  set(arrangement: Arrangement | null): void
  /** Calls back at each change, in this tab or another. @returns ends it */
  subscribe(listener: () => void): () => void
  /** True when the browser refused to keep the last one: it is lost with a reload. */
  isUnkept(): boolean
}

/** The arrangement store of one port. */
export function arrangementStore(project: string, port: string, storage: Storage): ArrangementStore {
  const key = keyOf(project, port)
  const listeners = new Set<() => void>()
  let current = read(storage, key, port)
  let unkept = false
  const tell = () => listeners.forEach((listener) => listener())
  const onStorage = (event: StorageEvent) => {
    if (event.storageArea !== storage || (event.key !== key && event.key !== null)) return
    current = read(storage, key, port)
    tell()
  }
  return {
    get: () => current,
    isUnkept: () => unkept,
    set(arrangement) {
      const idle =
        arrangement === null ||
        (!isChanged(arrangement) && arrangement.past.length === 0 && arrangement.future.length === 0)
      current = idle ? null : arrangement
      unkept = !write(storage, key, port, current)
      tell()
    },
    subscribe(listener) {
      if (listeners.size === 0) {
        // Nobody listened for a while: another tab may have changed it.
        const stored = read(storage, key, port)
        if (!unkept && JSON.stringify(stored) !== JSON.stringify(current)) current = stored
        addEventListener('storage', onStorage)
      }
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) removeEventListener('storage', onStorage)
      }
    },
  }
}

/** The arrangement of a port as kept in this browser, and how to change it. */
export function useArrangementStore(
  project: string,
  port: string,
): { kept: Arrangement | null; keep: (arrangement: Arrangement | null) => void; unkept: boolean } {
  const store = useMemo(() => arrangementStore(project, port, localStorage), [project, port])
  const current = useSyncExternalStore(store.subscribe, store.get)
  return { kept: current, keep: store.set, unkept: store.isUnkept() }
}

/** Anything that is not an arrangement of this port is dropped: an arrangement misread is worse than one lost. */
function read(storage: Storage, key: string, port: string): Arrangement | null {
  let data: unknown
  try {
    data = JSON.parse(storage.getItem(key) ?? 'null')
  } catch {
    data = undefined
  }
  if (data === null) return null
  const parsed = kept.safeParse(data)
  if (!parsed.success || parsed.data.port_id !== port) {
    write(storage, key, port, null)
    return null
  }
  const { made_for, desired, past, future, operation_id } = parsed.data
  return { madeFor: made_for, desired, past, future, operationId: operation_id }
}

/** @returns false when the browser did not keep it (its storage is full, or switched off) */
function write(storage: Storage, key: string, port: string, arrangement: Arrangement | null): boolean {
  try {
    if (arrangement === null) {
      storage.removeItem(key)
      return true
    }
    const { madeFor, desired, past, future, operationId } = arrangement
    const record = { version: 1, port_id: port, made_for: madeFor, desired, operation_id: operationId }
    try {
      storage.setItem(key, JSON.stringify({ ...record, past, future }))
    } catch {
      // The steps to undo take most of the room; the arrangement itself matters more.
      storage.setItem(key, JSON.stringify({ ...record, past: [], future: [] }))
    }
    return true
  } catch {
    return false
  }
}
