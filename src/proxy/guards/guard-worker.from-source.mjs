// The thread that judges, where the proxy runs from its source (tests): guard-worker.ts, by way of
// Vite.
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

await runnerImport(fileURLToPath(new URL('guard-worker.ts', import.meta.url)), {
  configFile: false,
  logLevel: 'error',
})
