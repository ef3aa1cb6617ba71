// `node src/run/from-source.mjs FILE ARGS`: runs a server from its TypeScript, which Vite makes
// JavaScript of.
import { createServer, createServerModuleRunner } from 'vite'
import { root } from './installed.mjs'

// For the server that runs, it is as if Node had been called with it.
process.argv.splice(1, 1)
const vite = await createServer({
  root,
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  // dev.mjs watches, for all servers at once.
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
})
// Not closed: what a server imports later is made JavaScript then.
await createServerModuleRunner(vite.environments.ssr, { hmr: false }).import(process.argv[1])
