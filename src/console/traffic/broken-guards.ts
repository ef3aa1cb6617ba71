import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Port } from '../../vpc/port.ts'
import { explain, guardText, guardViolations, type Guard, type Names } from '../../vpc/traffic/index.ts'
import { guardsQuery } from '../proxy-client/guards-query.ts'
import type { Traffic } from './use-traffic.ts'

/** A guard that a plan breaks, or may break, and why. */
export type BrokenGuard = { name: string; rule: string; why: string }

/** The guards that a plan breaks, at its end or in between; the proxy holds it against them again when it is sent. */
export function useBrokenGuards(traffic: Traffic, names: Names): readonly BrokenGuard[] {
  const { data: guards } = useQuery(guardsQuery())
  // oxlint-disable-next-line react/exhaustive-deps -- names only change with what is compared
  return useMemo(() => brokenGuards(guards ?? [], traffic, names), [guards, traffic])
}

/** True when the operator typed the port's name or ID. */
export function namesPort(typed: string, port: Pick<Port, 'id' | 'name'>): boolean {
  const text = typed.trim()
  return text !== '' && (text === port.name || text.toLowerCase() === port.id.toLowerCase())
}

/** The guards that are broken by what is known of the traffic; what can't be compared counts as broken. */
export function brokenGuards(guards: readonly Guard[], traffic: Traffic, names: Names): BrokenGuard[] {
  if (traffic.state === 'reading') return []
  if (traffic.state !== 'answer')
    return guards.map((guard) =>
      named(guard, 'It could not be decided, as the traffic could not be compared.'),
    )
  const { answer } = traffic
  if (answer.kind === 'port_security_off') return []
  const broken = new Map<Guard, BrokenGuard>()
  for (const [step, difference] of answer.afterStep.entries())
    for (const { guard, regions, certain } of guardViolations(difference, guards)) {
      if (broken.has(guard)) continue
      const when = step < answer.afterStep.length - 1 ? `After step ${step + 1}, in between: ` : ''
      const open = certain ? '' : 'It can’t be decided for certain. '
      broken.set(guard, named(guard, `${open}${when}${explain(regions[0]!, names)}`))
    }
  return [...broken.values()]
}

function named(guard: Guard, why: string): BrokenGuard {
  return { name: guard.name, rule: guardText(guard), why }
}
