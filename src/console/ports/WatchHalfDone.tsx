import { useEffect } from 'react'
import { useHalfDone } from '../operations/half-done.ts'

/** What is half done on a port. */
export type PortHalfDone = 'stopped' | 'draft'

type WatchHalfDoneProps = {
  project: string
  onChange: (byPort: ReadonlyMap<string, PortHalfDone>) => void
}

/** Keeps the table informed of what is half done; draws nothing, and is loaded after the rows. */
export function WatchHalfDone({ project, onChange }: WatchHalfDoneProps): null {
  const { stopped, drafts } = useHalfDone(project)
  const text = JSON.stringify([
    ...drafts.map(({ portId }) => [portId, 'draft']),
    ...stopped.map(({ port_id }) => [port_id, 'stopped']),
  ])
  useEffect(() => onChange(new Map(JSON.parse(text) as [string, PortHalfDone][])), [text, onChange])
  return null
}
