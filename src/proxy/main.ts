import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigError, readConfig } from './config.ts'
import { EMPTY_JOURNAL } from './database/pglite.ts'
import { createProxy } from './server.ts'
import { stopOnce } from './stopping.ts'

/** Ends with one line that says what to do. */
function refuse(message: string): never {
  console.error(`portside: ${message}`)
  process.exit(2)
}

let stop: (signal: NodeJS.Signals) => void = () => process.exit(0)
// From the start: for the first process of a container, a signal without a handler is ignored.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal))

try {
  // Built, this file is dist/server/proxy.js, and the console is beside its folder.
  const folder = dirname(fileURLToPath(import.meta.url))
  const config = readConfig(process.env, join(folder, '../console'))
  const proxy = await createProxy({
    ...config,
    makeJournal: 'at_start',
    emptyJournal: join(folder, EMPTY_JOURNAL),
  })
  const endpoints = [...new Set(config.projects.map(({ endpoint }) => endpoint))].join(', ')
  console.log(`
  Portside is ready. ${config.openIdConnect ? `Its users sign in at ${config.openIdConnect.issuer}` : 'Sign in at'}

    ${proxy.signInAddress}

  Platform: ${endpoints}${config.emulator ? ' (the embedded emulator)' : ''}
`)
  stop = stopOnce(() => proxy.close(), config.stopTimeoutMs)
} catch (error) {
  if (error instanceof ConfigError) refuse(error.message)
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    refuse(
      'PORTSIDE_LISTEN_PORT is taken by another program: stop that one, or set another port (0 takes any free one).',
    )
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    refuse(`PORTSIDE_LISTEN_HOST and PORTSIDE_LISTEN_PORT can't be listened on (${code}): set others.`)
  throw error
}
