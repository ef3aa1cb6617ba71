import { type JSX } from 'react'
import { later } from '../errors/later.tsx'
import type { DragLink } from '../drag/drag-link.ts'
import { useRememberGroups } from '../facts/group-facts.ts'
import { Catalogue } from './later-parts.ts'
import { LoadingPanel } from './LoadingPanel.tsx'
import { usePortState } from './port-state.tsx'

const PlacePreview = later(() => import('./PlacePreview.tsx').then((module) => module.PlacePreview))

/** The groups that are not on the list. */
export function CatalogueArea({ dragLink }: { dragLink: DragLink }): JSX.Element {
  const { project, arranged, limit } = usePortState()
  const remember = useRememberGroups(project)
  return (
    <Catalogue
      waiting={<LoadingPanel title="Catalogue" />}
      project={project}
      arrangement={arranged.arrangement}
      change={arranged.change}
      remember={remember}
      limit={limit}
      lockReason={arranged.lockReason}
      dragLink={dragLink}
      Preview={PlacePreview}
    />
  )
}
