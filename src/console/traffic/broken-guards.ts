import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { type Names, explain } from '../../vpc/traffic/explain.ts'
import { type Guard, guardText, guardViolations } from '../../vpc/traffic/guards.ts'
import { guardsQuery } from '../proxy-client/guards-query.ts'
import { CallError } from '../proxy-client/call-error.ts'
import { portNames } from './traffic-words.ts'
import type { TrafficState } from './use-traffic.ts'

/** A guard that a plan breaks, or may break: what it forbids, and why it is broken. */
export type BrokenGuardWords = { name: string; why: string }

const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g

/**
 * The guards that a plan breaks, at its end or in between. The proxy checks again before sending.
 */
export function useBrokenGuards(traffic: TrafficState, names: Names): readonly BrokenGuardWords[] {
  const { data: guards } = useQuery(guardsQuery())
  // oxlint-disable-next-line react/exhaustive-deps -- names only change with what is compared
  return useMemo(() => brokenGuards(guards ?? [], traffic, names), [guards, traffic])
}

/**
 * The guards that the proxy says are broken, with groups by their names; undefined for any other
 * error, and for none.
 */
export function guardsRefused(error: unknown, names: Names): readonly BrokenGuardWords[] | undefined {
  if (!(error instanceof CallError) || error.error_code !== 'Portside.GuardBroken') return undefined
  return error.fields.map(({ path, message }) => ({
    name: path.replace(/^guards\./, ''),
    why: message.replace(UUID, (id) => names.group?.(id) || id),
  }))
}

/** The guards that this traffic breaks. Where traffic is unknown, every guard counts as broken. */
export function brokenGuards(
  guards: readonly Guard[],
  traffic: TrafficState,
  names: Names,
): BrokenGuardWords[] {
  if (traffic.state === 'reading') return []
  if (traffic.state !== 'compared')
    return guards.map((guard) =>
      brokenGuard(guard, 'It could not be decided, as the traffic could not be compared.'),
    )
  const { result } = traffic
  if (result.kind === 'port_security_off') return []
  const broken = new Map<Guard, BrokenGuardWords & { certain: boolean }>()
  const own = { afterStep: result.afterStep, where: '' }
  const others = result.others.map((one) => ({
    afterStep: one.afterStep,
    where: `On ${portNames(one.ports)}: `,
  }))
  for (const { afterStep, where } of [own, ...others])
    for (const [step, difference] of afterStep.entries())
      for (const { guard, flows, certain } of guardViolations(difference, guards)) {
        const known = broken.get(guard)
        if (known && (known.certain || !certain)) continue
        const when = step < afterStep.length - 1 ? `After step ${step + 1}, in between: ` : ''
        const open = certain ? '' : 'It can’t be decided for certain. '
        const why = `${open}${where}${when}${explain(flows[0]!, names)}`
        broken.set(guard, { ...brokenGuard(guard, why), certain })
      }
  return [...broken.values()]
}

function brokenGuard(guard: Guard, why: string): BrokenGuardWords {
  return { name: guard.name, why: `${guardText(guard)}. ${why}` }
}
