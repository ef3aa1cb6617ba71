// `node src/run/from-source.mjs FILE ARGS`: runs a server from its TypeScript, which Vite compiles.
import { createServer, createServerModuleRunner } from 'vite'
import { root } from './installed.mjs'

// The server sees the arguments as if Node had been called with it.
process.argv.splice(1, 1)
const vite = await createServer({
  root,
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  // dev.mjs watches for all servers.
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
})
// Not closed: it also compiles what the server imports later.
await createServerModuleRunner(vite.environments.ssr, { hmr: false }).import(process.argv[1])
