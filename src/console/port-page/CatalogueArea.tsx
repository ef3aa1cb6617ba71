import { useMemo, type JSX } from 'react'
import { later } from '../errors/later.tsx'
import type { Arrangement } from '../arrangement/arrangement.ts'
import type { DragLink } from '../drag/drag-link.ts'
import { useRememberGroups } from '../facts/group-facts.ts'
import { Catalogue } from './later-parts.ts'
import { LoadingPanel } from './LoadingPanel.tsx'
import { usePortState } from './port-state.tsx'

const PlacePreview = later(() => import('./PlacePreview.tsx').then((module) => module.PlacePreview))

const LOADING = <LoadingPanel title="Catalogue" />

/** The groups that are not on the list. Drawn when groups join or leave it, not when some move. */
export function CatalogueArea({ dragLink }: { dragLink: DragLink }): JSX.Element {
  const { project, arranged, limit } = usePortState()
  const remember = useRememberGroups(project)
  const arrangement = useUnlessMoved(arranged.arrangement)
  return (
    <Catalogue
      waiting={LOADING}
      project={project}
      arrangement={arrangement}
      change={arranged.change}
      remember={remember}
      limit={limit}
      lockReason={arranged.lockReason}
      dragLink={dragLink}
      Preview={PlacePreview}
    />
  )
}

/** The arrangement; while it has the same groups, in whatever order, the same one. */
function useUnlessMoved(arrangement: Arrangement): Arrangement {
  const groups = arrangement.desired.toSorted().join()
  // oxlint-disable-next-line react/exhaustive-deps -- the order is what it is not for
  return useMemo(() => arrangement, [groups])
}
