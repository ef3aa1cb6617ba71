import type { Change } from './decisions.ts'
import type { OtherPortsTraffic } from './other-ports.ts'

/** How much passes differently between the port and others: numbers only. */
export type OtherPortsCounts = {
  ports: number
  /** Rules that decide it, before or after. */
  rules: number
  flows: Record<Change, number>
}

/** Counts what is different at the end of the plan. */
export function countOtherPorts(others: readonly OtherPortsTraffic[]): OtherPortsCounts {
  const flows = { newly_allowed: 0, newly_denied: 0, undecided: 0 }
  const rules = new Set<string | null>()
  let ports = 0
  for (const { ports: alike, afterStep } of others) {
    const end = afterStep.at(-1)
    if (!end || end.flows.length === 0) continue
    ports += alike.length
    for (const { change, before, after } of end.flows) {
      flows[change]++
      for (const { rule, unreadable } of [before, after])
        for (const ref of [rule, ...unreadable]) if (ref) rules.add(ref.ruleId)
    }
  }
  return { ports, rules: rules.size, flows }
}
