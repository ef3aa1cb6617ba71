// Starts guard-worker.ts by Vite, where the proxy runs from its source, as in tests.
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

await runnerImport(fileURLToPath(new URL('guard-worker.ts', import.meta.url)), {
  configFile: false,
  logLevel: 'error',
})
