/** Thrown when another proxy or request has written the operation since it was read. */
export class RevisionConflict extends Error {
  override name = 'RevisionConflict'
}
