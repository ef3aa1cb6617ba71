import { createEmulator } from './server.ts'
import { portAdvice, readFlags, WrongFlag } from './flags.ts'
import { StorageRefused } from './storage.ts'

try {
  const emulator = await createEmulator(readFlags(process.argv.slice(2), process.env))
  console.log(`emulator listening on ${emulator.address}`)
  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      // A second signal doesn't wait for calls under way.
      if (stopping) process.exit(1)
      stopping = true
      void emulator.close().then(() => process.exit(0))
    })
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  if (error instanceof WrongFlag || error instanceof StorageRefused) fail(message)
  else if (code === 'EADDRINUSE') fail(portAdvice(process.argv.slice(2)))
  // Whatever else the system refuses is about the data folder or the port, and its message names
  // it.
  else if (typeof code === 'string') fail(message)
  else throw error
}

function fail(message: string) {
  console.error(`emulator: ${message}`)
  process.exitCode = 2
}
