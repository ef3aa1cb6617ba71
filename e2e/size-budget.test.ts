import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { chunksOf, type Manifest } from './size.ts'

const dist = fileURLToPath(new URL('../dist/console/', import.meta.url))
const BUDGET = 150_000

/** JavaScript only; what opens later (dialogs, panels) is loaded later. */
test.each([
  ['the ports', 'src/console/ports/PortsPage.tsx'],
  ['a port', 'src/console/groups/PortPage.tsx'],
])('the first useful view of %s takes less than 150 kB of JavaScript, gzip', (_, page) => {
  const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, 'utf8')) as Manifest
  const { js } = chunksOf(manifest, page)
  const sizes = js.map((file) => ({ file, bytes: gzipSync(readFileSync(dist + file), { level: 9 }).length }))
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
  const list = sizes
    .toSorted((a, b) => b.bytes - a.bytes)
    .map(({ file, bytes }) => `${bytes} ${file}`)
    .join('\n')
  expect(total, `${total - BUDGET} bytes over ${BUDGET}:\n${list}\n`).toBeLessThan(BUDGET)
})
