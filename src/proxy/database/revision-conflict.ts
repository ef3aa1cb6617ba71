/** Another proxy, or another request, has written the operation since it was read. */
export class RevisionConflict extends Error {
  override name = 'RevisionConflict'
}
