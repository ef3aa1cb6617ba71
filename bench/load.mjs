// A process of its own that calls one server over and over, from stdin:
// {"origin","calls":[{"path","headers"}],"connections", "warmUp","requests"}. Prints {"latencies":
// [ms], "seconds"}. Each connection sends its next request when the response before has come; the
// calls are made in turns.
import { json } from 'node:stream/consumers'
import { Pool } from 'undici'

const { origin, calls, connections, warmUp, requests } = await json(process.stdin)
const pool = new Pool(origin, { connections, pipelining: 1 })
const latencies = []
let left = 0
let made = 0

// The dispatcher itself: what the client costs, it takes from those that are measured.
const call = ({ path, headers }) =>
  new Promise((resolve, reject) => {
    let got
    pool.dispatch(
      { path, method: 'GET', headers },
      {
        onRequestStart() {},
        onResponseStart(_, status) {
          got = status
        },
        onResponseData() {},
        onResponseEnd: () => (got === 200 ? resolve() : reject(new Error(`${path}: status ${got}`))),
        onResponseError: (_, error) => reject(error),
      },
    )
  })

async function connection() {
  while (left-- > 0) {
    const sent = performance.now()
    await call(calls[made++ % calls.length])
    latencies.push(performance.now() - sent)
  }
}
async function send(count) {
  left = count
  await Promise.all(Array.from({ length: connections }, connection))
}

// The first requests open the connections, and the servers' code is compiled on the way.
await send(warmUp)
latencies.length = 0
const started = performance.now()
await send(requests)
const seconds = (performance.now() - started) / 1000
await pool.close()
console.log(JSON.stringify({ latencies, seconds }))
