import { expect, test } from 'vitest'
import { fittingTexts } from './fitting-texts.ts'

// Without a canvas, each letter counts as 7 pixels.
test.each([
  ['all fit', ['web', 'db'], 2, 49, 2],
  ['the last would fit only without room for the button', ['web', 'db'], 3, 49, 1],
  ['with room for the button', ['web', 'db'], 3, 93, 2],
  ['one more is not enough room', ['web', 'db'], 2, 48, 1],
  ['the first is too long', ['a-very-long-name', 'db'], 2, 40, 1],
  ['no room at all', ['web'], 5, 0, 1],
] as const)('%s', (_, texts, total, room, fitting) => {
  expect(fittingTexts(texts, total, ', ', room)).toBe(fitting)
})
