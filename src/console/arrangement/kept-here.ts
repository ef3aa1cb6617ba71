import type { Arrangement } from './arrangement.ts'
import { arrangementKey } from './arrangement-key.ts'
import { arrangementIn, parsed } from './arrangement-store.ts'

/** The arrangements of a project's ports that are kept here, at most `most`. */
export function keptHere(
  project: string,
  storage: Storage,
  most: number,
): { portId: string; portName: string | undefined; arrangement: Arrangement }[] {
  const prefix = arrangementKey(project, '')
  const found = []
  for (let n = 0; n < storage.length && found.length < most; n++) {
    const key = storage.key(n)
    if (key?.startsWith(prefix) !== true) continue
    const portId = key.slice(prefix.length)
    const data = parsed(storage, key)
    if (data?.port_id === portId)
      found.push({
        portId,
        portName: 'port_name' in data ? data.port_name : undefined,
        arrangement: arrangementIn(data),
      })
  }
  return found
}
