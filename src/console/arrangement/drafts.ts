import { useEffect, useState } from 'react'
import { isChanged } from './arrangement.ts'
import { browserStorage, keptListeners } from './arrangement-store.ts'
import { keptHere } from './kept-here.ts'

/** An arrangement that this browser keeps, and that changes its list. */
export type Draft = {
  portId: string
  /** As the port was called then. */
  portName: string | undefined
  /** The operation by which it was sent; null where it never was. */
  operationId: string | null
}

/** More of them are not read. */
const MOST_DRAFTS = 200

/** The arrangements of a project's ports that this browser keeps and that were not applied. */
function draftsOf(project: string, storage: Storage): Draft[] {
  return keptHere(project, storage, MOST_DRAFTS).flatMap(({ portId, portName, arrangement }) =>
    isChanged(arrangement) ? [{ portId, portName, operationId: arrangement.operationId }] : [],
  )
}

/** The same, as they are made, applied and discarded in this tab and others. */
export function useDrafts(project: string): readonly Draft[] {
  const [kept, setKept] = useState(() => ({ project, drafts: draftsOf(project, browserStorage()) }))
  const current = kept.project === project ? kept : { project, drafts: draftsOf(project, browserStorage()) }
  if (current !== kept) setKept(current)
  useEffect(() => {
    const look = () =>
      setKept((before) => {
        const drafts = draftsOf(project, browserStorage())
        return JSON.stringify(before.drafts) === JSON.stringify(drafts) ? before : { project, drafts }
      })
    keptListeners.add(look)
    addEventListener('storage', look)
    look()
    return () => {
      keptListeners.delete(look)
      removeEventListener('storage', look)
    }
  }, [project])
  return current.drafts
}
