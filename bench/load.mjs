// A process of its own that calls one address over and over: node load.mjs '{"url","headers","connections","requests"}'.
// Prints {"latencies": [ms], "seconds"}. Each connection sends its next request when the answer before has come.
import { Pool } from 'undici'

const { url, headers, connections, requests } = JSON.parse(process.argv[2])
const { origin, pathname, search } = new URL(url)
const pool = new Pool(origin, { connections, pipelining: 1 })
const latencies = []
let left = 0

async function connection() {
  while (left-- > 0) {
    const sent = performance.now()
    const { statusCode, body } = await pool.request({ path: pathname + search, method: 'GET', headers })
    const bytes = await body.arrayBuffer()
    if (statusCode !== 200) throw new Error(`status ${statusCode}: ${Buffer.from(bytes).toString()}`)
    latencies.push(performance.now() - sent)
  }
}
async function send(count) {
  left = count
  await Promise.all(Array.from({ length: connections }, connection))
}

// The first requests open the connections, and the servers' code is compiled on the way.
await send(Math.max(connections * 2, 200))
latencies.length = 0
const started = performance.now()
await send(requests)
const seconds = (performance.now() - started) / 1000
await pool.close()
console.log(JSON.stringify({ latencies, seconds }))
