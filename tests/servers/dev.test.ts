import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat, utimes } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newFolder } from '../stage/servers.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

let dev: { address: string; printed(text: string): Promise<string>; stop(): Promise<void> }

/** Starts `npm run dev` on a free port. `printed` waits for a line with `text` in it. */
beforeAll(async () => {
  const data = await newFolder()
  const child = spawn(process.execPath, ['src/run/dev.mjs'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PORTSIDE_LISTEN_PORT: '0', PORTSIDE_DATA_FOLDER: data.path },
  })
  const lines = createInterface({ input: child.stdout })
  const printed = (text: string) =>
    new Promise<string>((resolve) => {
      lines.on('line', (line) => line.includes(text) && resolve(line.trim()))
    })
  dev = {
    address: await printed('http://'),
    printed,
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      await data.remove()
    },
  }
}, 60_000)
afterAll(() => dev.stop())

test('who opens the address of npm run dev has a session', async () => {
  const page = await fetch(dev.address, { headers: { accept: 'text/html' } })
  expect(await page.text()).toContain('/@vite/client')
  const [cookie = ''] = page.headers.getSetCookie()
  const response = await fetch(`${dev.address}/api/session`, { headers: { cookie } })
  expect(await response.json()).toMatchObject({ role: 'operator', emulator: true })
})

test('npm run dev starts a server again when its source changes', { timeout: 60_000 }, async () => {
  const file = `${root}src/emulator/main.ts`
  const { atime, mtime } = await stat(file)
  const restarted = dev.printed('Restarted the')
  await utimes(file, new Date(), new Date())
  expect(await restarted).toBe('Restarted the emulator.')
  await utimes(file, atime, mtime)
})

test('npm run dev refuses what comes from a foreign page', async () => {
  const headers = { accept: 'text/html', origin: 'http://foreign.test' }
  const response = await fetch(`${dev.address}/api/sign-out`, { method: 'POST', headers })
  expect(response.status).toBe(403)
})
