import { REPORTS_HEAP } from '../tests/browser/heap.ts'
import { controls, newFolder, startEmulator, startProxy, type Server } from '../tests/stage/servers.ts'

/** The project of the practice estate. */
export const PROJECT = 'f5dab68cd75740e68c599e9af5fe0aed'

/**
 * An emulator and a proxy before it, both built and each a process of its own, as `npm start` runs
 * them.
 */
export type Running = {
  emulator: Server
  proxy: Server
  /** The proxy's origin. */
  origin: string
  cloud: ReturnType<typeof controls>
  /** The Cookie header of a signed-in browser. */
  cookie: string
  stop(): Promise<void>
}

/**
 * Starts both with an estate of that many ports and groups, or with that in the folder `estate`;
 * unless `signed`, the emulator takes unsigned requests too.
 */
export async function run({
  ports,
  groups,
  estate,
  signed = false,
}: { ports?: number; groups?: number; estate?: string; signed?: boolean } = {}): Promise<Running> {
  const data = await newFolder()
  const size = [
    ...(ports ? ['--ports', `${ports}`] : []),
    ...(groups ? ['--groups', `${groups}`] : []),
    ...(estate ? ['--data', estate] : []),
  ]
  const emulator = await startEmulator(size, !signed, REPORTS_HEAP)
  const proxy = await startProxy(emulator.address, { PORTSIDE_DATA: data.path, ...REPORTS_HEAP })
  const signedIn = await fetch(proxy.address, { redirect: 'manual' })
  return {
    emulator,
    proxy,
    origin: new URL(proxy.address).origin,
    cloud: controls(emulator.address),
    cookie: signedIn.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; '),
    async stop() {
      await proxy.stop()
      await emulator.stop()
      await data.remove()
    },
  }
}

/** The IDs of the first ports of the project, or of its groups, as the emulator lists them. */
export async function idsOf({ emulator }: Running, what: 'ports' | 'security_groups', count: number) {
  const path = what === 'ports' ? 'ports' : 'vpc/security-groups'
  const ids: string[] = []
  let marker = ''
  while (ids.length < count) {
    const limit = Math.min(count - ids.length, 1000)
    const response = await fetch(
      `${emulator.address}/_emulator/v3/${PROJECT}/${path}?limit=${limit}${marker}`,
    )
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    const page = (await response.json()) as Record<string, { id: string }[]>
    const found = page[what] ?? []
    ids.push(...found.map(({ id }) => id))
    if (found.length < limit) break
    marker = `&marker=${ids.at(-1)}`
  }
  return ids
}
