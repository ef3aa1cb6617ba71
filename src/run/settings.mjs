// `npm run settings`: writes docs/settings.md from the settings that the proxy reads.
import { writeFileSync } from 'node:fs'
import { createServer, createServerModuleRunner } from 'vite'
import { root } from './installed.mjs'

const vite = await createServer({
  root,
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
})
const runner = createServerModuleRunner(vite.environments.ssr, { hmr: false })
const { settingsPage } = await runner.import(`${root}src/run/settings-page.ts`)
writeFileSync(`${root}docs/settings.md`, settingsPage())
await runner.close()
await vite.close()
