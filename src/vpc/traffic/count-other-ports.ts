import type { Change } from './decisions.ts'
import type { Flow } from './flow.ts'
import type { OtherPortsTraffic } from './other-ports.ts'

/** How much passes differently between the port and others: numbers only. */
type Counts = {
  ports: number
  /** Rules that decide it, before or after. */
  rules: number
  flows: Record<Change, number>
}

/** The same at the end of the plan, and what is so only between its steps. */
export type OtherPortsCounts = Counts & { in_between: Counts }

/** What was counted, and what was not compared: sentences without a full stop. */
export type OtherPortsCompared = OtherPortsCounts & { not_compared: string[] }

/** Nothing was counted, for these reasons. */
export function othersNotCompared(why: readonly string[]): OtherPortsCompared {
  return { ...countOtherPorts([]), not_compared: [...why] }
}

/** Counts what is different at the end of the plan, and what only between its steps. */
export function countOtherPorts(others: readonly OtherPortsTraffic[]): OtherPortsCounts {
  const end = countFlows(
    others.map(({ ports, afterStep }) => ({ ports, flows: afterStep.at(-1)?.flows ?? [] })),
  )
  const inBetween = countFlows(
    others.map(({ ports, inBetween: steps }) => ({ ports, flows: onceEach(steps.flat()) })),
  )
  return { ...end, in_between: inBetween }
}

function countFlows(others: readonly { ports: readonly unknown[]; flows: readonly Flow[] }[]): Counts {
  const flows = { newly_allowed: 0, newly_denied: 0, undecided: 0 }
  const rules = new Set<string | null>()
  let ports = 0
  for (const { ports: alike, flows: different } of others) {
    if (different.length > 0) ports += alike.length
    for (const { change, before, after } of different) {
      flows[change]++
      for (const { rule, unreadable } of [before, after])
        for (const ref of [rule, ...unreadable]) if (ref) rules.add(ref.ruleId)
    }
  }
  return { ports, rules: rules.size, flows }
}

/** What is so after several steps counts once. */
function onceEach(flows: readonly Flow[]): Flow[] {
  return [...new Map(flows.map((flow) => [JSON.stringify(flow), flow])).values()]
}
