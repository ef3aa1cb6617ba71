import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { estate, GROUPS, MEMBERS, readableRule, unreadableRule } from './estate-arbitraries.ts'
import { effectiveRules, RuleBook } from './index.ts'
import { extentsAt, packExtents } from './packed-extents.ts'

describe('the extents of rules, as numbers', () => {
  it('are read as they were, whatever the rules match', () => {
    fc.assert(
      fc.property(estate(fc.oneof(readableRule, unreadableRule)), (rules) => {
        const book = new RuleBook(rules, { membersOf: (id) => MEMBERS[id] })
        const read = effectiveRules(GROUPS, book).rules.map(({ extents }) => extents)
        const packed = packExtents(read)
        expect(read.map((_, n) => extentsAt(packed, n))).toEqual(read)
      }),
      { numRuns: 60 },
    )
  })
})
