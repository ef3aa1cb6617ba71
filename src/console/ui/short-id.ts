/** The first eight digits of a UUID, as people name them; anything short stays whole. */
export function shortId(id: string): string {
  return id.length > 12 ? `${id.slice(0, 8)}…` : id
}
