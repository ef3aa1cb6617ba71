import type { Intent } from '../../vpc/bulk/intent.ts'
import type { OrderCheck, StandingOrder } from '../../vpc/standing-orders-api.ts'
import type { Tone } from '../ui/Badge.tsx'
import { portsWords } from '../waves/bulk-words.ts'

/** What is known of an order, in a few words: what is not known is not said to be right. */
export function standOf({ check, checking, failed }: StandingOrder): { words: string; tone: Tone } {
  if (check === null) {
    if (checking !== null) return { words: 'Being checked', tone: 'accent' }
    return failed === null
      ? { words: 'Not checked yet', tone: 'neutral' }
      : { words: 'Could not be checked', tone: 'danger' }
  }
  const { ports, departs, undecided, unreadable, follows } = check
  if (departs > 0) return { words: departWords(departs), tone: 'warn' }
  if (undecided > 0 || unreadable > 0) return { words: 'Not all can be decided', tone: 'warn' }
  if (ports === 0) return { words: 'No port that it is for', tone: 'neutral' }
  return follows === 0
    ? { words: 'No port to put in order', tone: 'neutral' }
    : { words: 'None departs', tone: 'ok' }
}

/** '1 port departs'. */
function departWords(departs: number): string {
  return `${portsWords(departs)} ${departs === 1 ? 'departs' : 'depart'}`
}

/** '40 ports: 12 depart, 28 follow'. */
export function countsWords({ ports, departs, follows, undecided, not_concerned }: OrderCheck): string {
  const parts: [number, string][] = [
    [departs, departs === 1 ? 'departs' : 'depart'],
    [undecided, 'can’t be decided'],
    [follows, follows === 1 ? 'follows' : 'follow'],
    [not_concerned, not_concerned === 1 ? 'has nothing to put in order' : 'have nothing to put in order'],
  ]
  const said = parts.filter(([count]) => count > 0)
  if (said.length === 0) return portsWords(ports)
  return `${portsWords(ports)}: ${said.map(([count, words]) => `${count.toLocaleString('en')} ${words}`).join(', ')}`
}

/** How often an order can be checked by itself, to choose from: minutes, and words. */
export const INTERVALS: readonly [minutes: number, words: string][] = [
  [15, 'every 15 minutes'],
  [60, 'every hour'],
  [360, 'every 6 hours'],
  [1440, 'every day'],
]

/** 'every hour', 'only when somebody asks'. */
export function everyWords(minutes: number | null): string {
  if (minutes === null) return 'only when somebody asks'
  return INTERVALS.find(([known]) => known === minutes)?.[1] ?? `every ${minutes} minutes`
}

/** Which ports depart from an order of such an intent, for who makes one. */
export function whoDeparts(intent: Intent): string {
  switch (intent.kind) {
    case 'insert':
      return 'A port that lacks one departs; its position on a port does not count. To keep groups in a place, choose ‘move’.'
    case 'put':
      return intent.where_missing === 'insert'
        ? 'A port departs that has one on the wrong side, or lacks it. Ports without the other group are not concerned.'
        : 'A port departs that has one on the wrong side. Ports that lack one of them are not concerned.'
    case 'move':
      return 'A port departs that has one elsewhere. Ports that have none are not concerned.'
    case 'detach':
      return 'A port that has one departs.'
    case 'replace':
      return 'A port that has the first departs. Ports that have neither are not concerned.'
    case 'exactly':
      return 'A port departs that has any other list.'
  }
}
