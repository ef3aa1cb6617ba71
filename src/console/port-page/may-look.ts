/** A port is looked at again no sooner than so long after it was read. */
const LOOK_AFTER_MS = 20_000

/** True when the page may look whether the port's list was changed elsewhere. */
export function mayLook(page: {
  /** Visible, and with the focus. */
  inFront: boolean
  /** A change, or a dry run, of this port. */
  underWay: boolean
  dragging: boolean
  /** Milliseconds since the port was read, or could not be read. */
  sinceRead: number
}): boolean {
  return page.inFront && !page.underWay && !page.dragging && page.sinceRead >= LOOK_AFTER_MS
}
