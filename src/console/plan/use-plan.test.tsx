import { renderHook } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { arrangementOf, move, type Arrangement } from '../arrangement/arrangement.ts'
import type { PlanWay } from '../../vpc/plan-change.ts'
import { usePlan } from './use-plan.ts'

const LIST = ['a', 'b', 'c', 'd']

/** Counts how often a plan was made: each looks up which ways are offered. */
class Offered extends Array<PlanWay> {
  asked = 0
  override includes(way: PlanWay): boolean {
    this.asked++
    return super.includes(way)
  }
}

/** Every drawing of the plan, the arrangement that it was for, and whether it could be applied. */
function drawings(first: Arrangement) {
  const offered = new Offered('steps', 'one-call')
  const drawn: { desired: readonly string[]; current: boolean; steps: number; made: boolean }[] = []
  const { result, rerender } = renderHook(
    (arrangement: Arrangement) => {
      const { asked } = offered
      const plan = usePlan(arrangement, { limit: 100, policy: 'choose', offered })
      const { shown, current } = plan
      const steps = 'problem' in shown.plan ? 0 : shown.plan.steps.length
      drawn.push({ desired: shown.arrangement.desired, current, steps, made: offered.asked > asked })
      return plan
    },
    { initialProps: first },
  )
  return { drawn, result, rerender }
}

describe('the plan of an arrangement', () => {
  it('is made after the drawing that shows the new list, never in it', () => {
    const unchanged = arrangementOf(LIST)
    const { drawn, result, rerender } = drawings(unchanged)
    drawn.length = 0
    const moved = move(unchanged, ['a'], 2)
    const before = result.current
    rerender(moved)
    // First the plan before, which can't be applied any longer; then the one of the new list.
    expect(drawn[0]).toEqual({ desired: LIST, current: false, steps: 0, made: false })
    expect(drawn.at(-1)).toMatchObject({ desired: ['b', 'c', 'a', 'd'], current: true })
    // In the last one, or before that where the machine is busy: then React draws it in parts.
    expect(drawn.filter(({ made }) => made).length).toBeGreaterThan(0)
    expect(drawn.at(-1)!.steps).toBeGreaterThan(0)
    expect(before.isCurrent()).toBe(false)
    expect(result.current.isCurrent()).toBe(true)
  })

  it('of another list on the port is made at once', () => {
    const { drawn, rerender } = drawings(move(arrangementOf(LIST), ['a'], 2))
    drawn.length = 0
    rerender(arrangementOf(['x', 'y']))
    expect(drawn.map(({ desired }) => desired)).not.toContainEqual(['b', 'c', 'a', 'd'])
  })
})
