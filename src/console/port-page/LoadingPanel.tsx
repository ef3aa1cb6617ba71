import type { JSX } from 'react'
import { Panel } from '../ui/Panel.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'

/** Keeps the room of a panel whose code is on its way. */
export function LoadingPanel({ title }: { title: string }): JSX.Element {
  return (
    <Panel title={title}>
      <SkeletonRows label={`Loading: ${title}`} count={6} />
    </Panel>
  )
}
