import type { Server } from '../stage/servers.ts'

/** Environment of a server whose memory is measured. */
export const REPORTS_HEAP = {
  NODE_OPTIONS: `--import=${new URL('report-heap.mjs', import.meta.url).href}`,
}

/**
 * What a server holds after a garbage collection, in bytes; `rss` is what the system counts for it.
 * `cpu` is the time it has taken so far, without that of these reports, in milliseconds.
 */
export type Heap = { heapUsed: number; external: number; rss: number; cpu: number }

/** Asks a server that was started with REPORTS_HEAP what it holds. */
export function heapOf(server: Server): Promise<Heap> {
  const { stdout } = server.process
  if (!stdout) throw new TypeError('the server was started without its output')
  return new Promise((resolve) => {
    let printed = ''
    stdout.on('data', function read(chunk: Buffer) {
      printed += chunk
      const report = /^heap (\{.*\})\n/m.exec(printed)?.[1]
      if (report === undefined) return
      stdout.off('data', read)
      resolve(JSON.parse(report) as Heap)
    })
    server.process.kill('SIGUSR2')
  })
}
