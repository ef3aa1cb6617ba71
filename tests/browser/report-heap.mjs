// Loaded into a server (NODE_OPTIONS=--import) by what measures memory and CPU: on SIGUSR2 it
// collects garbage and prints what is left, on SIGCONT it prints the CPU time that it has taken.
// Servers as shipped have no such thing.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// NODE_OPTIONS does not take --expose-gc.
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

process.on('SIGCONT', () => {
  const { user, system } = process.cpuUsage()
  process.stdout.write(`cpu ${JSON.stringify({ cpu: (user + system) / 1000 })}\n`)
})
process.on('SIGUSR2', () => {
  // Some objects are freed only by the collection after the one that finds their finalizers.
  collect()
  setImmediate(() => {
    collect()
    const { heapUsed, external, rss } = process.memoryUsage()
    process.stdout.write(`heap ${JSON.stringify({ heapUsed, external, rss })}\n`)
  })
})
