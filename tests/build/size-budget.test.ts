import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { CONSOLE, filesOf, headScript, PORT_PAGE, PORT_PAGE_PARTS, PORTS_PAGE } from './size.ts'

/**
 * Bytes, gzip, to the first useful view (issue 6): the ports can be searched, a port's list read
 * and arranged by keys.
 */
test.each([
  ['the ports', PORTS_PAGE],
  ['a port', PORT_PAGE],
])('the first view of %s takes less than 150 kB of JavaScript and 10 kB of CSS', (_, page) => {
  const { js, css } = filesOf([page])
  expectBelow(150_000, js)
  expectBelow(10_000, css)
})

test('before the first rows come 5 kB of JavaScript at most', () => {
  // What comes before them is the script in the head, which draws them (console/early-view.ts).
  expectBelow(5_000, [headScript()])
})

test('a port with all that loads after its list takes less than 230 kB', () => {
  // With the code of a plan: loaded at the first drop, it would run in the frames that show that.
  const { js, css } = filesOf([PORT_PAGE, ...PORT_PAGE_PARTS])
  expectBelow(230_000, [...js, ...css, ...workers()])
})

/** Its worker is not in the manifest: a module that starts one names it. */
function workers(): string[] {
  const found = readdirSync(`${CONSOLE}assets`)
    .filter((name) => /^traffic\.worker-.*\.js$/.test(name))
    .map((name) => `assets/${name}`)
  expect(found).not.toEqual([])
  return found
}

function expectBelow(budget: number, files: string[]) {
  const sizes = files.map((file) => ({
    file,
    bytes: gzipSync(readFileSync(CONSOLE + file), { level: 9 }).length,
  }))
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
  const list = sizes
    .toSorted((a, b) => b.bytes - a.bytes)
    .map(({ file, bytes }) => `${bytes} ${file}`)
    .join('\n')
  expect(total, `${total - budget} bytes over ${budget}:\n${list}\n`).toBeLessThan(budget)
}
