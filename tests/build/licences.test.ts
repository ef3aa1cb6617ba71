import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { productionPackages } from '../../src/run/licences-plugin.ts'

/**
 * Licences that only require that their text is passed on. Somebody has to read any other licence
 * before it is added.
 */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  // One may choose: MIT.
  '(MIT OR CC0-1.0)',
  'Unlicense',
])

test('every package that is shipped has a licence that is allowed', () => {
  const refused = productionPackages().filter(({ licence }) => !ALLOWED.has(licence))
  expect(refused.map(({ name, version, licence }) => `${name} ${version}: ${licence}`)).toEqual([])
})

test('the built console has the list, with the text of each', () => {
  const list = readFileSync(
    fileURLToPath(new URL('../../dist/console/licences.txt', import.meta.url)),
    'utf8',
  )
  for (const { name, version, text } of productionPackages()) {
    expect(list).toContain(`${name} ${version}\n`)
    expect(list).toContain(text)
  }
  expect(list).toContain('Permission is hereby granted, free of charge')
})
