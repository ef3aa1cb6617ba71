import type { ChangeStep } from '../../vpc/change-step.ts'
import { insertPosition } from '../../vpc/insert-index.ts'
import { listDifference } from '../../vpc/list-difference.ts'
import type { ChangePlan } from '../../vpc/plan-change.ts'
import { groupNames, type GroupFacts } from './group-facts.ts'

type Names = Pick<GroupFacts, 'groups'>

/** '1 call', '3 calls'. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

/**
 * What a step does, in a few words: 'Insert web-public after position 3'. @param length of the list
 * when the call arrives
 */
export function stepWords(step: ChangeStep, length: number, names: Names): string {
  const what = groupNames(names, step.security_groups)
  if (step.kind === 'remove') return `Remove ${what}`
  if (step.kind === 'replace')
    return `Replace the list by ${counted(step.security_groups.length, 'group')} in the new order`
  if (step.index === 0) return `Insert ${what} at the top`
  const position = insertPosition(step.index, length)
  return position === length ? `Insert ${what} at the end` : `Insert ${what} after position ${position}`
}

/**
 * What the request's index means, or what leaving it out means. @param length of the list when the
 * call arrives
 */
export function indexWords(index: number | undefined, length: number): string {
  if (index === undefined)
    return `index left out: the end of the list (the same as index ${insertPosition(index, length)})`
  if (index === 0) return 'index 0: the top of the list'
  return `index ${index}: after the ${ordinal(index)} group`
}

/**
 * What a step does to open connections, to follow these words (docs/platform.md, Live connections).
 * @param portsOf the number of ports that have a group, where it is known
 */
export function connectionWords(
  step: ChangeStep,
  names: Names,
  portsOf: (id: string) => number | undefined = () => undefined,
): string {
  if (step.kind === 'replace') return 'whether a replacement clears them is not documented.'
  const again = 'must pass the inbound rules again, or are cut; outbound ones go on'
  if (step.kind === 'insert') return `the inbound ones of this port ${again}.`
  const counts = step.security_groups.map((id) => ({ id, ports: portsOf(id) }))
  const known = counts.flatMap(({ id, ports }) =>
    ports === undefined ? [] : [`${groupNames(names, [id])} is on ${counted(ports, 'port')}`],
  )
  const numbers = known.length > 0 ? ` (${known.slice(0, 6).join(', ')})` : ''
  return `the inbound ones of all instances in ${groupNames(names, step.security_groups)}${numbers} ${again}.`
}

/** What a plan would do, in a sentence without its full stop. */
export function planWords(plan: ChangePlan, names: Names): string {
  const steps = plan.steps.map(({ step, before }) => {
    const words = stepWords(step, before.length, names)
    return words.charAt(0).toLowerCase() + words.slice(1)
  })
  return `${counted(plan.steps.length, 'call')}: ${steps.join('; then ')}`
}

/**
 * How many changes an arrangement makes, as the operator counts them: groups added, moved and
 * detached.
 */
export function changesOf({ added, moved, detached }: ChangePlan): number {
  return added.length + moved.length + detached.length
}

/** 'Insert 2, move 1, detach 3', or the empty text. */
export function changeWords({ added, moved, detached }: ChangePlan): string {
  return countWords({ added: added.length, moved: moved.length, detached: detached.length })
}

/** changeWords of the numbers alone. */
export function countWords(counts: { added: number; moved: number; detached: number }): string {
  return Object.entries({ added: counts.added, moved: counts.moved, detached: counts.detached })
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ')
}

/** '2 groups added, 1 moved': what became of a list. */
export function listChangeWords(before: readonly string[], after: readonly string[]): string {
  const { added, moved, removed } = listDifference(before, after)
  const words = countWords({ added: added.length, moved: moved.length, detached: removed.length })
  if (words === '') return 'the list is as before'
  return words.replace(/^(\d+)/, (count) => counted(Number(count), 'group'))
}

/** '1st', '2nd', '11th'. */
export function ordinal(n: number): string {
  const tens = n % 100
  const ending = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')
  return `${n}${ending}`
}
