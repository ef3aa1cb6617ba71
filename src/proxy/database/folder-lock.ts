import { createHash } from 'node:crypto'
import { realpathSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Holds a folder for this process: PGlite would let two processes write to one database, and ruin it. The lock is a socket that
 * listens, so that it is gone with its process, even after kill -9; a file with a process ID would not be (the ID may belong to another by then).
 * @returns what gives the folder free again, or undefined when another process holds it
 */
export async function lockFolder(folder: string): Promise<(() => Promise<void>) | undefined> {
  // Not in the folder: socket paths are limited to about 100 characters.
  const name = `portside-${createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 16)}`
  const path = process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`)
  const held = (await listen(path)) ?? ((await answers(path)) ? undefined : await takeOver(path))
  return held && (() => new Promise((resolve) => held.close(() => resolve())))
}

/** The file of a dead process's socket stays and stands in the way. */
function takeOver(path: string): Promise<Server | undefined> {
  rmSync(path, { force: true })
  return listen(path)
}

function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.unref()
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    )
    server.listen(path, () => resolve(server))
  })
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
