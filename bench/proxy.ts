import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js'
import type { Subject } from './subject.ts'
import { cpuOf, heapOf, REPORTS_HEAP } from '../tests/browser/heap.ts'
import { KEYS, serve, type Server } from '../tests/stage/servers.ts'
import { newFigure, quantile, type Figure } from './figures.ts'
import { idsOf, PROJECT, run, type Running } from './running.ts'

const LOAD = fileURLToPath(new URL('load.mjs', import.meta.url))
/** Each of the three ways is measured first once. */
const ROUNDS = 3

/**
 * What the proxy costs: the same signed reads straight from the emulator, through a bare hop
 * (bare-hop.mjs) and through the proxy, in turns, by a process of its own. Client, servers and
 * emulator share this machine's cores, so a server on the way also takes time from the emulator:
 * the bare hop shows how much any would. Reads of many ports are calls of their own; equal reads
 * are joined by the proxy.
 */
export const proxy: Subject = async () => {
  const running = await run({ ports: 1000, signed: true })
  const hop = await serve(
    'bench/bare-hop.mjs',
    [],
    {
      UPSTREAM: running.emulator.address,
      ACCESS_KEY: KEYS.accessKey,
      SECRET_KEY: KEYS.secretKey,
      ...REPORTS_HEAP,
    },
    /http:\/\/127\.0\.0\.1:\d+/,
  )
  const servers = { ...running, hop }
  try {
    const ports = (await idsOf(running, 'ports', 500)).map((id) => `ports/${id}`)
    const pages = ports.slice(0, 50).map((port) => `ports?limit=200&marker=${port.slice('ports/'.length)}`)
    // Node compiles what runs often: the first thousands of requests would be a measure of that.
    await compare(servers, 'not measured', ports, 10, 1)
    const figures: Figure[] = []
    for (const connections of [1, 10, 100])
      figures.push(...(await compare(servers, `a port, ${connections} conn.`, ports, connections)))
    figures.push(...(await compare(servers, 'the same port, 100 conn.', ports.slice(0, 1), 100)))
    figures.push(...(await compare(servers, '200 ports, 10 conn.', pages, 10)))
    // After all: a collection of garbage throws away code that was compiled for what came before.
    const { heapUsed, rss } = await heapOf(running.proxy)
    return [
      ...figures,
      { ...newFigure('proxy', 'heap after', 'MB'), values: [heapUsed / 1e6] },
      { ...newFigure('proxy', 'resident after', 'MB'), values: [rss / 1e6] },
    ]
  } finally {
    await hop.stop()
    await running.stop()
  }
}

async function compare(
  running: Running & { hop: Server },
  name: string,
  paths: string[],
  connections: number,
  rounds = ROUNDS,
): Promise<Figure[]> {
  const ofLists = paths[0]!.includes('limit')
  const requests = ofLists ? 300 : connections === 1 ? 2000 : 4000
  const figure = (what: string, unit: string, goal?: Figure['goal']) =>
    newFigure('proxy', `${name}: ${what}`, unit, goal)
  // The goals are for a port read with connections to spare; at 100, requests queue for the cores.
  const goals = connections < 100 && !ofLists
  const figures = {
    direct50: figure('direct p50', 'ms'),
    direct99: figure('direct p99', 'ms'),
    added50: figure('proxy adds at p50', 'ms', goals ? { below: 1 } : undefined),
    added99: figure('proxy adds at p99', 'ms', goals ? { below: 5 } : undefined),
    direct: figure('direct requests', '/s'),
    proxied: figure('proxied requests', '/s'),
    hop: figure('requests over the bare hop', '/s'),
    share: figure('share of direct throughput', 'x', { atLeast: 0.5 }),
    hopShare: figure('share of direct throughput, bare hop', 'x'),
    ofHop: figure('share of the throughput of the bare hop', 'x', { atLeast: 0.9 }),
    emulatorCpu: figure('CPU of the emulator, each direct', 'ms'),
    hopCpu: figure('CPU of the bare hop, each', 'ms'),
    proxyCpu: figure('CPU of the proxy, each', 'ms'),
  }
  const at = paths.map((path) => `/v3/${PROJECT}/${path}`)
  // A signature is good for 15 minutes: the client signs ahead, and takes no time for it.
  const signed = at.map((path) => signedCall(running.emulator.address, path))
  const asked = at.map((path) => ({ path: `/api${path}`, headers: { cookie: running.cookie } }))
  const measure = async (server: Server, origin: string, calls: Call[]): Promise<Measured> => {
    const before = await cpuOf(server)
    const made = await load({ origin, calls, connections, requests })
    // The warm-up's requests are in it, and in what it is divided by.
    const cpu = ((await cpuOf(server)) - before) / (requests + warmUp(connections))
    return { ...made, cpu }
  }
  const ways = [
    () => measure(running.emulator, running.emulator.address, signed),
    () => measure(running.hop, running.hop.address, asked),
    () => measure(running.proxy, running.origin, asked),
  ]
  for (let round = 0; round < rounds; round++) {
    // The machine is warmer for those that come later: they take turns.
    const made: Measured[] = []
    for (let turn = 0; turn < ways.length; turn++) {
      const way = (round + turn) % ways.length
      made[way] = await ways[way]!()
    }
    const [one, hop, other] = made as [Measured, Measured, Measured]
    const p = (of: Load, q: number) => quantile(of.latencies, q)
    figures.direct50.values.push(p(one, 0.5))
    figures.direct99.values.push(p(one, 0.99))
    figures.added50.values.push(p(other, 0.5) - p(one, 0.5))
    figures.added99.values.push(p(other, 0.99) - p(one, 0.99))
    figures.direct.values.push(requests / one.seconds)
    figures.proxied.values.push(requests / other.seconds)
    figures.hop.values.push(requests / hop.seconds)
    figures.share.values.push(one.seconds / other.seconds)
    figures.hopShare.values.push(one.seconds / hop.seconds)
    figures.ofHop.values.push(hop.seconds / other.seconds)
    figures.emulatorCpu.values.push(one.cpu)
    figures.hopCpu.values.push(hop.cpu)
    figures.proxyCpu.values.push(other.cpu)
  }
  return Object.values(figures)
}

/** A read as it is sent: its path carries the query. */
type Call = { path: string; headers: Record<string, string> }

/** A read of the emulator, signed by the official signer. */
function signedCall(emulator: string, path: string): Call {
  const { pathname, searchParams } = new URL(path, emulator)
  const headers = AKSKSigner.sign(
    {
      endpoint: emulator + pathname,
      method: 'GET',
      queryParams: Object.fromEntries(searchParams),
      headers: { 'content-type': 'application/json', 'X-Project-Id': PROJECT },
      data: undefined,
    },
    {
      getAk: () => KEYS.accessKey,
      getSk: () => KEYS.secretKey,
      processAuthRequest: async (_, unchanged) => unchanged,
      processAuthParams: () => Promise.reject(new Error('the signer asks for keys only')),
    },
  )
  return { path, headers: headers as Record<string, string> }
}

/** `cpu` is in milliseconds, for each request. */
type Measured = Load & { cpu: number }
type Load = { latencies: number[]; seconds: number }
type LoadOptions = { origin: string; calls: Call[]; connections: number; requests: number }

/** How many requests go before those that are timed. */
const warmUp = (connections: number) => Math.max(connections * 2, 200)

/**
 * Makes the calls in turns, that many over that many connections, from a process of its own.
 * Latencies in ms.
 */
async function load(options: LoadOptions): Promise<Load> {
  const child = spawn(process.execPath, [LOAD], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify({ ...options, warmUp: warmUp(options.connections) }))
  const [printed] = await Promise.all([json(child.stdout).catch(() => undefined), once(child, 'close')])
  if (printed === undefined) throw new Error(`the calls of ${options.origin} failed, see above`)
  return printed as Load
}
