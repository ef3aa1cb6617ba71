import type { Server } from '../stage/servers.ts'

/** Environment of a server whose memory is measured. */
export const REPORTS_HEAP = {
  NODE_OPTIONS: `--import=${new URL('report-heap.mjs', import.meta.url).href}`,
}

/**
 * What a server holds after a garbage collection, in bytes; `rss` is what the system counts for it.
 */
export type Heap = { heapUsed: number; external: number; rss: number }

/**
 * Asks a server that was started with REPORTS_HEAP what it holds. The collection also throws away
 * what was compiled for the values that came so far: it is slower for some thousand requests.
 */
export function heapOf(server: Server): Promise<Heap> {
  return reportOf(server, 'heap', 'SIGUSR2')
}

/** Milliseconds of CPU that such a server has taken so far. */
export async function cpuOf(server: Server): Promise<number> {
  return (await reportOf<{ cpu: number }>(server, 'cpu', 'SIGCONT')).cpu
}

function reportOf<T>(server: Server, name: string, signal: NodeJS.Signals): Promise<T> {
  const { stdout } = server.process
  if (!stdout) throw new TypeError('the server was started without its output')
  return new Promise((resolve) => {
    let printed = ''
    stdout.on('data', function read(chunk: Buffer) {
      printed += chunk
      const report = new RegExp(`^${name} (\\{.*\\})\n`, 'm').exec(printed)?.[1]
      if (report === undefined) return
      stdout.off('data', read)
      resolve(JSON.parse(report) as T)
    })
    server.process.kill(signal)
  })
}
