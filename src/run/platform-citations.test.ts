import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (file: string) => readFileSync(file, 'utf8')
const HEADINGS = new Set([...read('docs/platform.md').matchAll(/^## (.+)$/gm)].map(([, name]) => name))

/**
 * Headings that a file cites, each as after `docs/platform.md,` up to the next comma or bracket.
 */
const cited = (file: string) =>
  [...read(file).matchAll(/docs\/platform\.md,[\s*/]+([^,;:.)]+)/g)].map(([, words]) =>
    words!
      .replaceAll(/\s*\n[\s*/]+/g, ' ')
      .split(' and ')[0]!
      .trim(),
  )

test('every part of docs/platform.md that code cites is one of its headings', () => {
  const files = ['src', 'tests', 'bench'].flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: 'utf8' }).map((name) => `${room}/${name}`),
  )
  const citations = files
    .filter((file) => /\.(tsx?|mjs)$/.test(file) && !file.endsWith('platform-citations.test.ts'))
    .flatMap((file) => cited(file).map((heading) => ({ file, heading })))
  expect(citations.length).toBeGreaterThan(40)
  expect(citations.filter(({ heading }) => !HEADINGS.has(heading))).toEqual([])
})
