import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stepsLead } from './change-step.ts'
import { planChange, PlanRefused, type ChangePlan } from './plan-change.ts'

const word = (text: string) => [...text]
const calls = (plan: ChangePlan) =>
  plan.steps.map(({ step }) => {
    const place = step.kind === 'insert' && step.index !== undefined ? `@${step.index}` : ''
    return `${step.kind} ${step.security_groups.join('')}${place}`
  })

/** Two lists over one universe of groups, so that they share some, all or none. */
const twoLists = (max: number) =>
  fc.record({
    current: fc.uniqueArray(fc.integer({ min: 1, max: max * 2 }).map(String), {
      maxLength: max,
      size: 'max',
    }),
    desired: fc.uniqueArray(fc.integer({ min: 1, max: max * 2 }).map(String), {
      maxLength: max,
      size: 'max',
    }),
  })

describe('planChange', () => {
  test.each([
    ['nothing to do', 'abc', 'abc', []],
    ['a port without groups', '', 'ab', ['insert ab']],
    ['all detached', 'ab', '', ['remove ab']],
    [
      'new at the top, within and at the end: from the bottom up',
      'abc',
      'xabycz',
      ['insert z', 'insert y@2', 'insert x@0'],
    ],
    ['one moved to the end', 'abcd', 'bcda', ['remove a', 'insert a']],
    ['one moved to the top', 'abcd', 'dabc', ['remove d', 'insert d@0']],
    ['moved neighbours go back in one insert', 'abcde', 'cdeab', ['remove ab', 'insert ab']],
    ['moved and new in one run: one insert', 'abcd', 'bcxad', ['remove a', 'insert xa@2']],
    ['new ones first, then the move', 'abcd', 'xbcda', ['insert x@0', 'remove a', 'insert a']],
    ['detached and moved come out together', 'abcde', 'ced', ['remove abe', 'insert e@1']],
    ['the larger run goes back first', 'abcdefgh', 'defaghbc', ['remove abc', 'insert bc', 'insert a@3']],
    ['no group in common: new before old', 'ab', 'xy', ['insert xy', 'remove ab']],
  ])('%s: %s to %s', (_, current, desired, expected) => {
    expect(calls(planChange(word(current), word(desired)))).toEqual(expected)
  })

  test('says which groups are off the port after each step', () => {
    const plan = planChange(word('abcdefgh'), word('defaghbcx'))
    expect(plan.steps.map((step) => step.offThePort.join(''))).toEqual(['abc', 'a', ''])
    expect([plan.kept, plan.moved, plan.detached, plan.added].map((ids) => ids.join(''))).toEqual([
      'defgh',
      'abc',
      '',
      'x',
    ])
  })

  test('says which steps the platform can check before any is made', () => {
    const plan = planChange(word('abcd'), word('xbcda'))
    expect(plan.steps.map((step) => step.independent)).toEqual([true, true, false])
    for (const { step, independent } of plan.steps) {
      if (independent) expect(stepsLead(word('abcd'), [step], word('abcd'))?.step).toBe(1)
    }
  })

  test('a full port whose groups are all replaced takes four calls and always has groups', () => {
    const current = Array.from({ length: 100 }, (_, at) => `old${at}`)
    const desired = Array.from({ length: 100 }, (_, at) => `new${at}`)
    const plan = planChange(current, desired)
    expect(plan.steps.map(({ step }) => step.kind)).toEqual(['remove', 'insert', 'remove', 'insert'])
    expect(
      stepsLead(
        current,
        plan.steps.map(({ step }) => step),
        desired,
      ),
    ).toBeUndefined()
  })

  test('for any two lists, true steps lead there, within the limit, never through none', () => {
    fc.assert(
      fc.property(twoLists(100), ({ current, desired }) => {
        const plan = planChange(current, desired)
        expect(
          stepsLead(
            current,
            plan.steps.map(({ step }) => step),
            desired,
          ),
        ).toBeUndefined()
        let list = current
        for (const one of plan.steps) {
          expect(one.before).toEqual(list)
          list = one.after
          expect(list.length).toBeLessThanOrEqual(100)
          const missing = current.filter((id) => desired.includes(id) && !list.includes(id))
          expect(one.offThePort).toEqual(missing)
        }
        expect(list).toEqual(desired)
        for (const { step, independent, after } of plan.steps) {
          if (independent)
            expect(['the steps do not end in the desired list', undefined]).toContain(
              stepsLead(current, [step], after)?.message,
            )
        }
      }),
      { numRuns: 300 },
    )
  })

  test('a list of 100 in reverse, and shuffled ones', () => {
    const list = Array.from({ length: 100 }, (_, at) => `g${at}`)
    fc.assert(
      fc.property(fc.shuffledSubarray(list, { minLength: 100 }), (desired) => {
        const plan = planChange(list, desired)
        expect(
          stepsLead(
            list,
            plan.steps.map(({ step }) => step),
            desired,
          ),
        ).toBeUndefined()
        expect(plan.steps.filter(({ step }) => step.kind === 'remove').length).toBeLessThanOrEqual(1)
      }),
      { numRuns: 50, examples: [[list.toReversed()]] },
    )
  })

  test('refuses a list that names a group twice, and one that a port cannot have', () => {
    expect(() => planChange(word('ab'), word('aba'))).toThrow(PlanRefused)
    expect(() => planChange(word('aa'), word('a'))).toThrow('the current list names security group a twice')
    expect(() => planChange(word('ab'), word('abc'), { limit: 2 })).toThrow('at most 2')
    expect(() => planChange(word('a'), word('b'), { limit: 1 })).toThrow(PlanRefused)
  })

  test('brings a list that is over the limit back under it', () => {
    const plan = planChange(word('abcde'), word('xyz'), { limit: 4 })
    expect(plan.steps.at(-1)?.after).toEqual(word('xyz'))
    for (const { step, after } of plan.steps)
      if (step.kind === 'insert') expect(after.length).toBeLessThanOrEqual(4)
  })
})
