import { describe, expect, it } from 'vitest'
import { planChange } from '../../vpc/plan-change.ts'
import { gapsOf } from './gaps.ts'

describe('gaps in which groups are off the port', () => {
  it('are none when groups are only added or detached', () => {
    expect(gapsOf(planChange(['a', 'b'], ['x', 'a']))).toEqual([])
  })
  it('name the groups and the steps', () => {
    const { steps } = planChange(['a', 'b', 'c', 'd', 'e', 'f'], ['f', 'a', 'b', 'e', 'c', 'd'])
    expect(gapsOf({ steps })).toEqual([
      { after: 1, last: 2, groups: ['e', 'f'] },
      { after: 2, last: 3, groups: [expect.stringMatching(/^[ef]$/)] },
    ])
  })
})
