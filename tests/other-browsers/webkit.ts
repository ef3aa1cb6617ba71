import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Readable } from 'node:stream'
import { placeOf } from '../../src/run/other-browsers.mjs'
import { client, SIZE, type Driven } from './driven.ts'

/** The part of Selenium that is used. */
type Selenium = {
  Builder: new () => Builder
  Capabilities: new (capabilities: object) => object
  Key: Record<string, string>
  Origin: { VIEWPORT: string }
}
type Builder = {
  usingServer(address: string): Builder
  withCapabilities(capabilities: object): Builder
  build(): Promise<Driver>
}
type Driver = {
  get(address: string): Promise<void>
  executeScript(script: string): Promise<unknown>
  actions(): Actions
  manage(): { window(): { setRect(rect: object): Promise<unknown> } }
  takeScreenshot(): Promise<string>
  quit(): Promise<void>
}
type Actions = {
  move(to: { x: number; y: number; origin: string; duration: number }): Actions
  keyDown(key: string): Actions
  keyUp(key: string): Actions
  sendKeys(text: string): Actions
  press(): Actions
  release(): Actions
  perform(): Promise<void>
}

/** The keys that WebDriver gives other names; others are typed as they are. */
const KEYS: Record<string, string> = {
  Alt: 'ALT',
  ArrowUp: 'ARROW_UP',
  ArrowDown: 'ARROW_DOWN',
  Control: 'CONTROL',
  Enter: 'ENTER',
  Escape: 'ESCAPE',
  Tab: 'TAB',
}

/**
 * Starts WebKitGTK's own small browser on a screen in memory, and drives it by W3C WebDriver.
 */
export async function startWebkit(): Promise<Driven> {
  const { Builder, Capabilities, Key, Origin } = client('selenium-webdriver') as Selenium
  const started: ChildProcess[] = []
  const stop = () => Promise.all(started.toReversed().map(end))
  try {
    const screen = spawn(placeOf('screen')!, ['-displayfd', '3', '-screen', '0', '1600x1100x24'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    started.push(screen)
    const [number] = (await once(screen.stdio[3] as Readable, 'data')) as [Buffer]
    const port = await freePort()
    const webkit = spawn(placeOf('webkit')!, [`--port=${port}`], {
      env: { ...process.env, DISPLAY: `:${String(number).trim()}`, GDK_BACKEND: 'x11' },
      stdio: 'ignore',
      // A group of its own: it starts browsers.
      detached: true,
    })
    started.push(webkit)
    await responds(`http://127.0.0.1:${port}/status`)
    const driver = await new Builder()
      .usingServer(`http://127.0.0.1:${port}`)
      .withCapabilities(
        new Capabilities({
          browserName: 'MiniBrowser',
          'webkitgtk:browserOptions': {
            binary:
              process.env.PORTSIDE_MINIBROWSER ?? '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser',
            args: ['--automation'],
          },
        }),
      )
      .build()
    await driver
      .manage()
      .window()
      .setRect({ x: 0, y: 0, width: SIZE.width, height: SIZE.height + 100 })
    const keyOf = (key: string) => Key[KEYS[key] ?? ''] ?? key
    return {
      async open(address) {
        await driver.get(address)
        // WebKit's driver hands out no messages of the console: they are collected from here on.
        await driver.executeScript(`return (${collectErrors})()`)
      },
      ask: async (asked, ...args) =>
        (await driver.executeScript(`return (${asked})(...${JSON.stringify(args)})`)) as never,
      async drag(...points) {
        const actions = driver.actions()
        for (const [n, { x, y }] of points.entries()) {
          actions.move({ x: Math.round(x), y: Math.round(y), origin: Origin.VIEWPORT, duration: 16 })
          if (n === 0) actions.press()
        }
        await actions.release().perform()
      },
      async press(...keys) {
        const actions = driver.actions()
        for (const key of keys) actions.keyDown(keyOf(key))
        for (const key of keys.toReversed()) actions.keyUp(keyOf(key))
        await actions.perform()
      },
      type: (text) => driver.actions().sendKeys(text).perform(),
      screenshot: async (path) => writeFile(path, Buffer.from(await driver.takeScreenshot(), 'base64')),
      errors: async () => (await driver.executeScript('return window.seenErrors')) as string[],
      async close() {
        await driver.quit()
        await stop()
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function collectErrors(): void {
  const seen: string[] = []
  Object.assign(window, { seenErrors: seen })
  window.addEventListener('error', (event) => seen.push(event.message))
  window.addEventListener('unhandledrejection', (event) => seen.push(String(event.reason)))
  document.addEventListener('securitypolicyviolation', (event) => seen.push(event.violatedDirective))
  // oxlint-disable-next-line no-console -- the page's own, not ours
  console.error = (...said: unknown[]) => seen.push(said.join(' '))
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function responds(address: string): Promise<void> {
  for (let n = 0; n < 100; n++) {
    if (
      await fetch(address).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return
    await wait(100)
  }
  throw new Error(`${address} did not respond within 10 s`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = once(child, 'exit')
  try {
    process.kill(-child.pid, 'SIGTERM')
  } catch {
    child.kill()
  }
  await ended
}
