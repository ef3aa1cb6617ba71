import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyStep, StepRefused, type ChangeStep } from './change-step.ts'
import { stepRequest } from './step-request.ts'
import { insertIndex, insertPosition, positionBelow } from './insert-index.ts'

const groups = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => `${prefix}${at}`)
const insert = (security_groups: string[], index: number | undefined): ChangeStep => ({
  kind: 'insert',
  security_groups,
  ...(index === undefined ? {} : { index }),
})

describe('insertIndex', () => {
  test("gives the vendor's example, number for number (docs/platform.md, Insert)", () => {
    const list = ['567be4e3-d171-46ce-9e8a-c15e91cfe86a', '4940b983-5992-4663-bed9-d1d1e15d1009']
    const inserted = ['8edd3747-ccd4-49a1-82b9-a165eec314b4', '6c2d4540-3b7d-4207-a319-a7231b439995']
    const index = insertIndex(list, ['567be4e3-d171-46ce-9e8a-c15e91cfe86a'])
    expect(index).toBe(1)
    const step = insert(inserted, index)
    const projectId = 'f5dab68cd75740e68c599e9af5fe0aed'
    const portId = '99fd0c77-56b4-4bf6-8365-df352e45d5fc'
    expect(stepRequest(step, projectId, portId)).toEqual({
      method: 'PUT',
      path: '/v3/f5dab68cd75740e68c599e9af5fe0aed/ports/99fd0c77-56b4-4bf6-8365-df352e45d5fc/insert-security-groups',
      body: {
        port: {
          security_groups: ['8edd3747-ccd4-49a1-82b9-a165eec314b4', '6c2d4540-3b7d-4207-a319-a7231b439995'],
          index: 1,
        },
      },
    })
    expect(applyStep(list, step)).toEqual([
      '567be4e3-d171-46ce-9e8a-c15e91cfe86a',
      '8edd3747-ccd4-49a1-82b9-a165eec314b4',
      '6c2d4540-3b7d-4207-a319-a7231b439995',
      '4940b983-5992-4663-bed9-d1d1e15d1009',
    ])
  })

  test('counts the groups above: 0 is the top, n after the nth, none the end', () => {
    expect(insertIndex(['a', 'b', 'c'], [])).toBe(0)
    expect(insertIndex(['a', 'b', 'c'], ['a'])).toBe(1)
    expect(insertIndex(['a', 'b', 'c'], ['a', 'b'])).toBe(2)
    expect(insertIndex(['a', 'b', 'c'], ['a', 'b', 'c'])).toBeUndefined()
    expect(insertIndex([], [])).toBeUndefined()
  })

  test('goes by the nearest group above that is on the port', () => {
    expect(insertIndex(['a', 'b', 'c'], ['a', 'off', 'gone'])).toBe(1)
    expect(insertIndex(['a', 'b', 'c'], ['off', 'gone'])).toBe(0)
    expect(insertIndex(['old', 'b', 'c'], ['b', 'off'])).toBe(2)
  })

  test('the request gives what the operator saw, for lists up to 100 groups', () => {
    for (let count = 0; count < 100; count++) {
      const list = groups('on', count)
      for (let position = 0; position <= count; position++) {
        const seen = [...list.slice(0, position), 'new', ...list.slice(position)]
        const index = insertIndex(list, list.slice(0, position))
        expect(index).toBe(position === count ? undefined : position)
        expect(positionBelow(list, list.slice(0, position))).toBe(position)
        expect(insertPosition(index, count)).toBe(position)
        expect(applyStep(list, insert(['new'], index))).toEqual(seen)
      }
    }
  })

  test('several groups placed at once come one after the other, in their order', () => {
    const placement = fc.integer({ min: 0, max: 99 }).chain((count) =>
      fc.record({
        count: fc.constant(count),
        position: fc.integer({ min: 0, max: count }),
        placed: fc.integer({ min: 1, max: 100 - count }),
      }),
    )
    fc.assert(
      fc.property(placement, ({ count, position, placed }) => {
        const list = groups('on', count)
        const inserted = groups('new', placed)
        const index = insertIndex(list, list.slice(0, position))
        expect(applyStep(list, insert(inserted, index))).toEqual(list.toSpliced(position, 0, ...inserted))
      }),
    )
  })
})

test.each([-1, 3, 0.5, Number.NaN])('index %d is no place in a list of two: a step is refused', (index) => {
  expect(() => applyStep(['a', 'b'], insert(['new'], index))).toThrow(StepRefused)
})
