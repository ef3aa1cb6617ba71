/** At most this many IDs are named in one call, so that its address stays short. */
const IDS_PER_CALL = 50

/** IDs in as many parts as calls are needed to name them all. */
export function inCalls(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / IDS_PER_CALL) }, (_, call) =>
    ids.slice(call * IDS_PER_CALL, (call + 1) * IDS_PER_CALL),
  )
}
