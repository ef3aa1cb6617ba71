import { firstView } from '../hooks/first-view.ts'

/** Keeps the groups of a port for the next visit (groups-seen.ts). No first view waits for it. */
export function keepSeen(port: string, groups: readonly string[]): void {
  void firstView
    .then(() => import('./groups-seen.ts'))
    .then(({ keepGroupsSeen }) => keepGroupsSeen(port, groups))
    // The next visit asks for the port first.
    .catch(() => {})
}
