import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Subject } from './bench.ts'
import { heapOf } from '../e2e/heap.ts'
import { quantile, type Figure } from './figures.ts'
import { idsOf, PROJECT, run, type Running } from './running.ts'

const LOAD = fileURLToPath(new URL('load.mjs', import.meta.url))
const ROUNDS = 5

/**
 * What the proxy costs: the same reads straight from the emulator and through the proxy, in turns, by a process of its
 * own. Client, proxy and emulator share this machine's cores, so the proxy also takes time from the emulator.
 */
export const proxy: Subject = async () => {
  const running = await run()
  try {
    const [port] = await idsOf(running, 'ports', 1)
    const figures: Figure[] = []
    for (const connections of [1, 10, 100])
      figures.push(
        ...(await compare(running, `one port, ${connections} conn.`, `ports/${port}`, connections)),
      )
    figures.push(...(await compare(running, '200 ports, 10 conn.', 'ports?limit=200', 10)))
    return figures
  } finally {
    await running.stop()
  }
}

async function compare(running: Running, name: string, path: string, connections: number): Promise<Figure[]> {
  const requests = path.includes('limit') ? 400 : connections === 1 ? 3000 : 6000
  const figure = (what: string, unit: string, goal?: Figure['goal']): Figure => ({
    subject: 'proxy',
    name: `${name}: ${what}`,
    unit,
    values: [],
    ...(goal && { goal }),
  })
  // The goals are for a port read with connections to spare; at 100, requests queue for the cores.
  const goals = connections < 100 && requests > 400
  const figures = {
    direct50: figure('direct p50', 'ms'),
    direct99: figure('direct p99', 'ms'),
    added50: figure('proxy adds at p50', 'ms', goals ? { below: 1 } : undefined),
    added99: figure('proxy adds at p99', 'ms', goals ? { below: 5 } : undefined),
    direct: figure('direct requests', '/s'),
    proxied: figure('proxied requests', '/s'),
    share: figure('share of direct throughput', 'x', { atLeast: 0.5 }),
    memory: figure('proxy heap after', 'MB'),
    rss: figure('proxy resident after', 'MB'),
  }
  for (let round = 0; round < ROUNDS; round++) {
    const call = (origin: string, headers: object) =>
      load({ url: `${origin}/v3/${PROJECT}/${path}`, headers, connections, requests })
    const direct = () => call(running.emulator.address, {})
    const proxied = () => call(`${running.origin}/api`, { cookie: running.cookie })
    // Whoever goes second meets a warmer machine: they take turns.
    const [one, other] =
      round % 2 === 0
        ? [await direct(), await proxied()]
        : await proxied().then(async (second) => [await direct(), second] as const)
    const p = (of: Load, q: number) => quantile(of.latencies, q)
    figures.direct50.values.push(p(one, 0.5))
    figures.direct99.values.push(p(one, 0.99))
    figures.added50.values.push(p(other, 0.5) - p(one, 0.5))
    figures.added99.values.push(p(other, 0.99) - p(one, 0.99))
    figures.direct.values.push(requests / one.seconds)
    figures.proxied.values.push(requests / other.seconds)
    figures.share.values.push(one.seconds / other.seconds)
    const { heapUsed, rss } = await heapOf(running.proxy)
    figures.memory.values.push(heapUsed / 1e6)
    figures.rss.values.push(rss / 1e6)
  }
  return Object.values(figures)
}

type Load = { latencies: number[]; seconds: number }

/** Calls `url` that often over that many connections, from a process of its own. Latencies in ms. */
export async function load(options: {
  url: string
  headers: object
  connections: number
  requests: number
}): Promise<Load> {
  const { stdout } = await promisify(execFile)(process.execPath, [LOAD, JSON.stringify(options)], {
    maxBuffer: 64 * 1024 * 1024,
  })
  return JSON.parse(stdout) as Load
}
