import type { OfferedPart, Offers } from '../../vpc/offers.ts'

/** A part of what an endpoint offers, in words. */
export type PartWords = {
  name: string
  /** What does it here: a version of the API, calls, or that nothing does. */
  by: string
  /** What that means for the operator; undefined where all is as the reference has it. */
  meaning?: string
}

const READ_BY = { v3: 'API v3', v1: 'API v1', 'v2.0': 'API v2.0 (native OpenStack)' } as const
/** Of a part of which nothing is known. */
export const UNKNOWN = 'Not known'

/** What is known of a part, in words. */
export function partWords(part: OfferedPart, offers: Offers, rulesLack: readonly string[]): PartWords {
  switch (part) {
    case 'ports':
      return read('Ports', offers.ports, 'The old form lacks some fields of a port: its page names them.')
    case 'groups':
      return read(
        'Security groups',
        offers.groups,
        'The old form lacks tags and, in v1, dates. Portside searches the groups.',
      )
    case 'rules':
      return read('Rules', offers.rules, oldRulesWords(rulesLack))
    case 'steps':
      return changes(
        'Insert and remove',
        offers.steps,
        'v3: insert-security-groups, remove-security-groups',
        {
          missing:
            'A list is only replaced, in one call. There is no dry run, and the last group can’t be detached.',
        },
      )
    case 'update':
      return changes(
        'Replacing a list',
        offers.update === undefined ? undefined : offers.update !== 'none',
        offers.update === 'v2.0'
          ? 'v2.0: PUT /v2.0/ports/{port_id}'
          : 'v1: PUT /v1/{project_id}/ports/{port_id}',
        { missing: 'A list is changed step by step only: groups that move are off the port in between.' },
      )
    case 'address_groups':
      return changes('Address groups', offers.address_groups, 'API v3', {
        missing: 'Rules that name one can’t be resolved to addresses: their traffic is undecided.',
      })
  }
}

function read(name: string, by: Offers['ports'], old: string): PartWords {
  if (by === undefined) return { name, by: UNKNOWN }
  return { name, by: READ_BY[by], ...(by !== 'v3' && { meaning: old }) }
}

function changes(
  name: string,
  there: boolean | undefined,
  by: string,
  { missing }: { missing: string },
): PartWords {
  if (there === undefined) return { name, by: UNKNOWN }
  return there ? { name, by } : { name, by: 'Not offered', meaning: missing }
}

function oldRulesWords(lack: readonly string[]): string {
  const words = 'A rule of several port ranges may be several rules here.'
  if (lack.length === 0) return words
  return `${words} No rule that was read has ${lack.join(', ')}: each allows, with priority 1, and is in force.`
}
