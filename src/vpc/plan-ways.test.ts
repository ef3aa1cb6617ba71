import * as fc from 'fast-check'
import { portCallsOf } from './port-calls.ts'
import { describe, expect, test } from 'vitest'
import { applyStep, stepsLead, StepRefused } from './change-step.ts'
import { dryRunRequest, stepRequest } from './step-request.ts'
import { planChange, planReplacement, PlanRefused } from './plan-change.ts'
import { planPolicies } from './plan-policies.ts'
import { chosenPlan, planWays, wayOf } from './plan-ways.ts'

const ways = (from: string, to: string, policy: (typeof planPolicies)[number] = 'choose') => {
  const { proposed, other } = planWays([...from], [...to], { limit: 100, policy })
  return [proposed, other].map((plan) => plan && `${plan.way} ${plan.steps.map(({ step }) => step.kind)}`)
}

describe('the ways from one list to another', () => {
  test('one insert or one remove is the plan, whatever the team has settled', () => {
    for (const policy of planPolicies) {
      expect(ways('ab', 'axb', policy)).toEqual(['steps insert', undefined])
      expect(ways('abc', 'ac', policy)).toEqual(['steps remove', undefined])
      expect(ways('', 'ab', policy)).toEqual(['steps insert', undefined])
    }
  })

  test('one call is proposed where groups move, and step by step is the choice beside it', () => {
    expect(ways('abc', 'bac')).toEqual(['one-call replace', 'steps remove,insert'])
  })

  test('step by step is proposed where no group moves', () => {
    expect(ways('abc', 'xaby')).toEqual(['steps insert,insert,remove', 'one-call replace'])
  })

  test('a team that has settled on one way has no choice', () => {
    expect(ways('abc', 'bac', 'steps')).toEqual(['steps remove,insert', undefined])
    expect(ways('abc', 'xaby', 'one-call')).toEqual(['one-call replace', undefined])
  })

  test('a list is emptied by a remove, as a replacement can not do it', () => {
    for (const policy of planPolicies) expect(ways('ab', '', policy)).toEqual(['steps remove', undefined])
    expect(() => planReplacement(['a'], [])).toThrow(PlanRefused)
    expect(() => applyStep(['a'], { kind: 'replace', security_groups: [] })).toThrow(StepRefused)
  })

  test('where the platform only updates ports, one call is the only way', () => {
    const only = { limit: 100, policy: 'choose', offered: ['one-call'] } as const
    expect(planWays(['a'], ['a', 'b'], only).proposed.way).toBe('one-call')
    expect(() => planWays(['a'], [], only)).toThrow(PlanRefused)
    expect(() => planWays(['a'], [], only)).toThrow('no insert and remove here')
    // A port without groups that stays so needs no call.
    expect(planWays([], [], only).proposed.steps).toEqual([])
    expect(() => planWays(['a'], ['b'], { ...only, offered: [] })).toThrow('no call that changes ports')
  })

  test('the chosen way is taken where it is one of them', () => {
    const both = planWays(['a', 'b'], ['b', 'a'], { limit: 100, policy: 'choose' })
    expect(chosenPlan(both, undefined).way).toBe('one-call')
    expect(chosenPlan(both, 'steps').way).toBe('steps')
    const single = planWays(['a'], ['a', 'b'], { limit: 100, policy: 'choose' })
    expect(chosenPlan(single, 'one-call').way).toBe('steps')
  })

  test('every way leads from one list to the other, and one call takes no group off', () => {
    const list = fc.uniqueArray(fc.constantFrom(...'abcdefgh'), { maxLength: 8 })
    fc.assert(
      fc.property(list, list, fc.constantFrom(...planPolicies), (from, to, policy) => {
        const { proposed, other } = planWays(from, to, { limit: 8, policy })
        for (const plan of [proposed, ...(other ? [other] : [])]) {
          const steps = plan.steps.map(({ step }) => step)
          expect(stepsLead(from, steps, to, 8)).toBeUndefined()
          if (steps.length > 0) expect(wayOf(steps)).toBe(plan.way)
          if (plan.way === 'one-call') expect(plan.steps.flatMap(({ offThePort }) => offThePort)).toEqual([])
          const { added, moved, detached } = planChange(from, to, { limit: 8 })
          expect(plan).toMatchObject({ added, moved, detached })
        }
      }),
    )
  })
})

describe('the request of a replacement', () => {
  const step = { kind: 'replace' as const, security_groups: ['c', 'a', 'new'] }

  test('is the update of a port, with the whole list (docs/platform.md, Replace)', () => {
    expect(stepRequest(step, 'project', 'port')).toEqual({
      method: 'PUT',
      path: '/v1/project/ports/port',
      body: { port: { security_groups: ['c', 'a', 'new'] } },
    })
  })

  test('is the native update where only v2.0 updates ports, with the project in a header', () => {
    const calls = portCallsOf({ update: 'v2.0', steps: false })
    expect(stepRequest(step, 'project', 'port', calls)).toEqual({
      method: 'PUT',
      path: '/v2.0/ports/port',
      project_id: 'project',
      body: { port: { security_groups: ['c', 'a', 'new'] } },
    })
    // There is no insert to dry-run its new groups by.
    expect(dryRunRequest(step, ['a', 'c'], 'project', 'port', 100, calls)).toBeUndefined()
  })

  test('is of the version that reads ports, while nobody has tried an update', () => {
    expect(portCallsOf({}).update).toBe('v1')
    expect(portCallsOf({ ports: 'v2.0' }).update).toBe('v2.0')
    expect(portCallsOf({ ports: 'v2.0', update: 'v1' }).update).toBe('v1')
  })

  test('is dry-run by inserting the groups that are new', () => {
    expect(dryRunRequest(step, ['a', 'c'], 'project', 'port')).toEqual({
      method: 'PUT',
      path: '/v3/project/ports/port/insert-security-groups',
      body: { port: { security_groups: ['new'] }, dry_run: true },
    })
  })

  test('has no dry run without new groups, or without room for them beside the old', () => {
    expect(dryRunRequest(step, ['a', 'c', 'new'], 'project', 'port')).toBeUndefined()
    expect(dryRunRequest(step, ['a', 'b', 'c'], 'project', 'port', 3)).toBeUndefined()
  })
})
