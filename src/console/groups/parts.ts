import { later } from '../ui/later.tsx'
import { part } from '../ui/part.tsx'

// The list can be read, and arranged by keys and buttons, without any of these.

export const Catalogue = part(() => import('./Catalogue.tsx').then((module) => module.Catalogue))
export const PlanPanel = part(() => import('../plan/PlanPanel.tsx').then((module) => module.PlanPanel))
export const DragLayer = part(() => import('./DragLayer.tsx').then((module) => module.DragLayer))
const Traffic = part(() => import('../traffic/TrafficChanges.tsx').then((module) => module.TrafficChanges))
const Details = part(() => import('../port-details/PortDetails.tsx').then((module) => module.PortDetails))
export const TrafficChanges = later(Traffic)
export const PortDetails = later(Details)

/** Asks for the code of everything beside the list, in the order in which it is needed. */
export function loadParts(): void {
  for (const { load } of [Catalogue, PlanPanel, DragLayer, Traffic, Details]) load()
}
