import { describe, expect, it } from 'vitest'
import { planChange } from '../../vpc/plan-change.ts'
import { absencesOf } from './absences.ts'

describe('absences of groups from the port', () => {
  it('are none when groups are only added or detached', () => {
    expect(absencesOf(planChange(['a', 'b'], ['x', 'a']))).toEqual([])
  })
  it('name the groups and the steps', () => {
    const { steps } = planChange(['a', 'b', 'c', 'd', 'e', 'f'], ['f', 'a', 'b', 'e', 'c', 'd'])
    expect(absencesOf({ steps })).toEqual([
      { after: 1, last: 2, groups: ['e', 'f'] },
      { after: 2, last: 3, groups: [expect.stringMatching(/^[ef]$/)] },
    ])
  })
})
