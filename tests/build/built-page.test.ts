import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test('the built page has nothing that its own Content-Security-Policy would refuse', () => {
  const page = readFileSync(fileURLToPath(new URL('../../dist/console/index.html', import.meta.url)), 'utf8')
  expect(page).toMatch(/<script[^>]* src="\/assets\//)
  for (const [script] of page.matchAll(/<script.*?<\/script>/gs))
    expect(script).toMatch(/^<script[^>]* src="\/[^"]+"[^>]*><\/script>$/)
  expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|="javascript:/i)
})
