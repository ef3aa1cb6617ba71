import { createRequire } from 'node:module'
import { CLIENTS } from '../../src/run/other-browsers.mjs'

export type Point = { x: number; y: number }

/** A browser with one page, driven as by hand: what puppeteer and Selenium both can. */
export type Driven = {
  open(address: string): Promise<void>
  /** Calls a function in the page; it captures nothing. */
  ask<Args extends readonly unknown[], Result>(
    asked: (...args: Args) => Result,
    ...args: Args
  ): Promise<Awaited<Result>>
  /** Moves the mouse along these points, with the button down from the first to the last. */
  drag(...points: readonly Point[]): Promise<void>
  /** Presses keys together, such as Alt and ArrowUp. */
  press(...keys: readonly string[]): Promise<void>
  /** Types into what has the focus. */
  type(text: string): Promise<void>
  screenshot(path: string): Promise<void>
  /** What scripts of the page threw or reported as errors, since it was opened. */
  errors(): Promise<string[]>
  close(): Promise<void>
}

/** The size of the page, as of the other tests. */
export const SIZE = { width: 1440, height: 900 }

/** A client that `npm run test:browsers` has installed. */
export const client = createRequire(`${CLIENTS.folder}/`)
