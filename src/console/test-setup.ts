import '@testing-library/jest-dom/vitest'
import { cleanup } from '@testing-library/react'
import { afterEach } from 'vitest'

declare global {
  /** The page that Vitest made. */
  var jsdom: { window: Window & typeof globalThis }
}

/** These do more in Node than in jsdom, and keep nothing of a page. */
const NODES_OWN = new Set(['crypto', 'performance'])

/**
 * What a window gives by a getter belongs to its page: storages, navigator, history and so on. Node
 * has some of these too, more with each version, and Vitest lets Node's win where it does not know
 * them: `localStorage` of Node 25 is undefined. Here the page's win.
 */
function takePagesOwn(): void {
  for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(jsdom.window))) {
    if (get === undefined || NODES_OWN.has(name)) continue
    const value: unknown = Reflect.get(jsdom.window, name)
    // Of the window itself Vitest makes the global object.
    if (typeof value !== 'object' || value === null || value === jsdom.window) continue
    Object.defineProperty(globalThis, name, { value, configurable: true, enumerable: true, writable: true })
  }
}

takePagesOwn()
afterEach(cleanup)
