import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bulkChangeRequest } from '../bulk-changes-api.ts'
import { groupsNamed, intentTitle, intentWords } from './intent-words.ts'
import type { Intent } from './intent.ts'

const intents: [Intent, string, string][] = [
  [
    { kind: 'insert', groups: ['a'], place: { kind: 'top' } },
    'Insert a at the top',
    'Insert a at the top, where a port lacks it.',
  ],
  [
    { kind: 'insert', groups: ['a', 'b'], place: { kind: 'position', position: 2 } },
    'Insert a and b at position 3',
    'Insert a and b at position 3, where a port lacks one of them.',
  ],
  [
    { kind: 'put', groups: ['a'], order: 'above', group: 'w', where_missing: 'insert' },
    'a above w',
    'Put a above w; inserted where missing.',
  ],
  [
    { kind: 'put', groups: ['a', 'b'], order: 'below', group: 'w', where_missing: 'leave_out' },
    'a and b below w',
    'Put a and b below w; ports that lack one are left out.',
  ],
  [
    { kind: 'move', groups: ['a'], place: { kind: 'below', group: 'w' } },
    'Move a below w',
    'Move a below w, where a port has it.',
  ],
  [
    { kind: 'move', groups: ['a', 'b'], place: { kind: 'end' } },
    'Move a and b to the end',
    'Move a and b to the end, where a port has them.',
  ],
  [{ kind: 'detach', groups: ['x', 'y'] }, 'Detach x and y', 'Detach x and y.'],
  [{ kind: 'replace', group: 'x', by: 'y' }, 'Replace x by y', 'Replace x by y, at the same position.'],
  [
    { kind: 'exactly', groups: ['a', 'b', 'c', 'd', 'e'] },
    'Exactly a, b, c and 2 more',
    'Make the list exactly a, b, c, d and e, in this order.',
  ],
  [{ kind: 'exactly', groups: [] }, 'No groups', 'Leave the ports without any group.'],
]

test.each(intents)('%o', (intent, title, words) => {
  expect(intentTitle(intent, (id) => id)).toBe(title)
  expect(intentWords(intent, (id) => id)).toBe(words)
})

test('names all groups that an intent needs, each once', () => {
  expect(intents.map(([intent]) => groupsNamed(intent).join(''))).toEqual([
    'a',
    'ab',
    'aw',
    'abw',
    'aw',
    'ab',
    'xy',
    'xy',
    'abcde',
    '',
  ])
})

test('the words fit into a request, whatever groups are called', () => {
  const groups = fc.array(fc.uuid(), { minLength: 1, maxLength: 200, size: 'max' })
  fc.assert(
    fc.property(groups, fc.string({ maxLength: 400, size: 'max' }), (ids, name) => {
      const put = { kind: 'put', order: 'above', where_missing: 'insert' } as const
      const words = intentWords({ ...put, groups: ids, group: ids[0]! }, () => name)
      expect(bulkChangeRequest.shape.words.safeParse(words).error).toBeUndefined()
    }),
    { numRuns: 50, examples: [[Array.from({ length: 200 }, () => 'x'), 'n\0'.repeat(200)]] },
  )
})
