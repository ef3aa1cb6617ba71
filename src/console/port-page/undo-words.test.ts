import { expect, test } from 'vitest'
import { arrange, arrangementOf, redo, undo } from '../arrangement/arrangement.ts'
import { undoWords } from './undo-words.ts'

const NAMES = new Map(['a', 'b', 'c', 'd'].map((id) => [id, { id, name: `group-${id}` }]))

test('undo and redo say where groups are, and which are on or off the list', () => {
  const first = arrangementOf(['a', 'b', 'c'])
  const moved = arrange(first, ['c', 'a', 'b'])
  expect(undoWords(first, moved, NAMES)).toBeUndefined()
  expect(undoWords(moved, undo(moved), NAMES)).toBe('Undone: group-c is at position 3')
  expect(undoWords(undo(moved), redo(undo(moved)), NAMES)).toBe('Redone: group-c is at position 1')
  const added = arrange(moved, ['c', 'a', 'd'])
  expect(undoWords(added, undo(added), NAMES)).toBe(
    'Undone: group-b is on the list at position 3, group-d is off the list',
  )
})

test('a new change after one undo is not said to be redone', () => {
  const moved = arrange(arrangementOf(['a', 'b', 'c']), ['c', 'a', 'b'])
  expect(undoWords(undo(moved), arrange(undo(moved), ['b', 'a', 'c']), NAMES)).toBeUndefined()
})

test('of many changes, the first three are named', () => {
  const all = arrangementOf(['a', 'b', 'c', 'd'])
  const none = arrange(all, [])
  expect(undoWords(undo(none), none, NAMES)).toBe(
    'Redone: group-a is off the list, group-b is off the list, group-c is off the list and 1 more',
  )
})
