import { part } from '../errors/later.tsx'

// The list can be read, and arranged by keys and buttons, without any of these.

export const Catalogue = part(() => import('../catalogue/Catalogue.tsx').then((module) => module.Catalogue))
export const PlanArea = part(() => import('./PlanArea.tsx').then((module) => module.PlanArea))
export const Freshness = part(() => import('./Freshness.tsx').then((module) => module.Freshness))
export const RowsArea = part(() => import('./RowsArea.tsx').then((module) => module.RowsArea))
export const RowTools = part(() => import('../list/RowTools.tsx').then((module) => module.RowTools))
export const TrafficInPlace = part(() =>
  import('./TrafficInPlace.tsx').then((module) => module.TrafficInPlace),
)
export const RulesSection = part(() =>
  import('../rules/RulesSection.tsx').then((module) => module.RulesSection),
)
export const PortDetails = part(() =>
  import('../port-details/PortDetails.tsx').then((module) => module.PortDetails),
)

/** Asks for the code of everything beside the list, in the order in which it is needed. */
export function loadParts(): void {
  for (const { load } of [
    Catalogue,
    PlanArea,
    RowsArea,
    TrafficInPlace,
    RulesSection,
    PortDetails,
    Freshness,
  ])
    load()
}
