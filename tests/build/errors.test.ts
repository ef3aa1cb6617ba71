import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PORTSIDE_CODES } from '../../src/vpc/errors.ts'

test('docs/errors.md has every error code of Portside with its status and a meaning', () => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `(\S+)` \| (\d+) \| (.*) \|$/gm)]
  expect(rows.map(([, code, status]) => [code, Number(status)])).toEqual(Object.entries(PORTSIDE_CODES))
  for (const [, , , meaning] of rows) expect(meaning).toMatch(/\.$/)
})
