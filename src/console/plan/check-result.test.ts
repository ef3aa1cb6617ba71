import { describe, expect, it } from 'vitest'
import type { StepCheck } from '../../vpc/checks.ts'
import { planChange } from '../../vpc/plan-change.ts'
import { isPassed, refusedGroups } from './check-result.ts'

const refused = (error_msg: string, fields?: { path: string; message: string }[]): StepCheck => ({
  kind: 'refused',
  status: 409,
  error: { error_code: 'VPC.2203', error_msg, ...(fields && { fields }) },
})

describe('what a check found', () => {
  const { steps } = planChange(['a'], ['a', 'x1', 'x2'])

  it('has passed only when every step passed the check', () => {
    expect(isPassed([{ kind: 'platform', request_id: 'r' }, { kind: 'portside' }])).toBe(true)
    expect(isPassed([{ kind: 'platform', request_id: 'r' }, { kind: 'skipped' }])).toBe(false)
    expect(isPassed([refused('no')])).toBe(false)
  })
  it('points at the group that the message names', () => {
    expect([...refusedGroups(steps, [refused('Security group x2 is being deleted.')])]).toEqual([
      ['x2', 'Security group x2 is being deleted.'],
    ])
  })
  it('points at the group that a field names by its place in the request', () => {
    const fields = [{ path: 'port.security_groups.0', message: 'must be a UUID with hyphens' }]
    expect([...refusedGroups(steps, [refused('bad request', fields)])]).toEqual([
      ['x1', 'must be a UUID with hyphens'],
    ])
  })
  it('points at no group when none is named', () => {
    expect(refusedGroups(steps, [refused('Too many groups on the port.')]).size).toBe(0)
  })
})
