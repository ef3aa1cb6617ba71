import {
  isOver,
  type BulkChange,
  type BulkChangeSummary,
  type BulkPortState,
  type BulkState,
  type Pace,
} from '../../vpc/bulk-changes-api.ts'
import { largestOfWave, wavesAfter } from '../../vpc/bulk/waves.ts'
import { counted } from '../facts/change-words.ts'
import type { Tone } from '../ui/Badge.tsx'
import type { IconName } from '../ui/Icon.tsx'

/** The states of a bulk change in words, and how they are shown. */
export const STATE_WORDS: Record<BulkState, { words: string; tone: Tone }> = {
  planning: { words: 'Being planned', tone: 'accent' },
  running: { words: 'Under way', tone: 'accent' },
  waiting: { words: 'Waits', tone: 'warn' },
  paused: { words: 'Paused', tone: 'warn' },
  stopped: { words: 'Stopped', tone: 'danger' },
  ended: { words: 'Ended early', tone: 'neutral' },
  done: { words: 'Done', tone: 'ok' },
}

type PortStateWords = { words: string; tone: Tone; icon: IconName }

/** The states of its ports, in the order of the bar. Marked by an icon too, not by colour alone. */
export const PORT_STATE_WORDS: Record<BulkPortState, PortStateWords> = {
  done: { words: 'done', tone: 'ok', icon: 'check' },
  under_way: { words: 'under way', tone: 'accent', icon: 'refresh' },
  failed: { words: 'failed', tone: 'danger', icon: 'warning' },
  list_changed: { words: 'list had changed', tone: 'warn', icon: 'warning' },
  waiting: { words: 'waiting', tone: 'neutral', icon: 'clock' },
  left_out: { words: 'left out', tone: 'neutral', icon: 'minus' },
}

/** The states of ports, in the order of the bar. */
export const PORT_STATES = Object.keys(PORT_STATE_WORDS) as BulkPortState[]

/** '27 done · 6 under way · 272 waiting'. */
export function countsWords(counts: BulkChangeSummary['counts']): string {
  return PORT_STATES.flatMap((state) => {
    const count = counts[state]
    return count > 0 ? [`${count.toLocaleString('en')} ${PORT_STATE_WORDS[state].words}`] : []
  }).join(' · ')
}

/**
 * How many calls that change a list are left to be sent; 'up to' so many where ports are under way,
 * as they may have sent theirs. Undefined where it is not known yet, or nothing more is sent.
 */
export function callsToSend(change: Pick<BulkChange, 'state' | 'kinds'>): string | undefined {
  if (isOver(change) || change.state === 'planning') return undefined
  let calls = 0
  let sending = 0
  for (const { counts, steps } of change.kinds) {
    calls += counts.waiting * steps.length
    sending += counts.under_way * steps.length
  }
  return `${sending > 0 ? 'up to ' : ''}${(calls + sending).toLocaleString('en')}`
}

/** '17:05:07 UTC', as the records have it; `at` is of the proxy. */
export function clockWords(at: string): string {
  return `${new Date(at).toISOString().slice(11, 19)} UTC`
}

/** '312 ports'. */
export function portsWords(count: number): string {
  return count === 1 ? '1 port' : `${count.toLocaleString('en')} ports`
}

/** The words of a bulk change as a title: without the full stop. */
export function titleOf({ words }: Pick<BulkChangeSummary, 'words'>): string {
  return words.replace(/\.$/, '')
}

/** What a bulk change does now, in a sentence or two. */
export function stateWords(change: BulkChange): string {
  const { state, counts, wave, pace, next_wave_at } = change
  switch (state) {
    case 'planning':
      return 'The ports are being read, to plan what undoes it on each of them.'
    case 'running':
      return `Wave ${wave.number} is under way.`
    case 'waiting':
      return next_wave_at === null
        ? `${wave.number === 0 ? 'It' : `Wave ${wave.number} has ended: it`} waits for somebody to go on with ${portsWords(nextWave(change))}.`
        : `The next wave, of ${portsWords(nextWave(change))}, begins at ${clockWords(next_wave_at)}.`
    case 'paused':
      return counts.under_way > 0
        ? `Nothing more is begun. What was begun comes to its end: ${portsWords(counts.under_way)}.`
        : 'Nothing is begun until somebody goes on.'
    case 'stopped':
      // An undo whose ports could not be read: its error says so.
      if (counts.failed === 0) return 'Nothing is begun until somebody goes on.'
      return `${portsWords(counts.failed)} failed, and it was to stop after ${pace.stop_after}. Nothing is begun until somebody goes on.`
    case 'ended':
      return counts.under_way > 0
        ? `It was ended. What was begun comes to its end: ${portsWords(counts.under_way)}.`
        : 'It was ended before every port had its turn.'
    case 'done':
      return 'Every port had its turn.'
  }
}

/** How many ports the next wave has, where one is left. */
function nextWave({ counts, wave, pace }: Pick<BulkChange, 'counts' | 'wave' | 'pace'>): number {
  return Math.min(counts.waiting, largestOfWave(pace, wave.number + 1))
}

/** 'about 4 min left'; undefined where it can't be said. */
export function timeLeftWords(seconds: number | null): string | undefined {
  if (seconds === null) return undefined
  if (seconds < 60) return 'less than a minute left'
  if (seconds < 100 * 60) return `about ${Math.ceil(seconds / 60)} min left`
  return `about ${Math.round(seconds / 3600)} h left`
}

/** So many waves are named; the others are counted. */
const NAMED_WAVES = 5

/** '1, 5, 25, 100 and 181 ports', or how many waves there are besides. */
export function wavesWords(pace: Pace, ports: number): string {
  const waves = wavesAfter(pace, 0, ports)
  if (waves === 1) return `one wave: ${ports === 1 ? '' : 'all '}${portsWords(ports)}`
  const sizes: number[] = []
  for (let left = ports; left > 0 && sizes.length < NAMED_WAVES;) {
    const size = Math.min(left, largestOfWave(pace, sizes.length + 1))
    sizes.push(size)
    left -= size
  }
  const named = sizes.map((size) => size.toLocaleString('en'))
  return waves > NAMED_WAVES
    ? `${waves.toLocaleString('en')} waves: ${named.join(', ')} … ports`
    : `${waves} waves: ${named.slice(0, -1).join(', ')} and ${named.at(-1)} ports`
}

/** When the next wave begins, when it stops, and how fast it goes: sentences. */
export function paceWords({ pause_seconds, stop_after, ports_per_minute }: Pace): string[] {
  return [
    pause_seconds === null
      ? 'Between waves it waits for somebody to go on.'
      : pause_seconds === 0
        ? 'Waves follow each other without a pause.'
        : `The next wave begins by itself, ${secondsWords(pause_seconds)} after the one before.`,
    `It stops ${stop_after === 1 ? 'at the first failure' : `after ${counted(stop_after, 'failure')}`}.`,
    ports_per_minute === null
      ? 'It goes as fast as the budget of calls allows; people’s reads come first.'
      : `It begins at most ${portsWords(ports_per_minute)} a minute.`,
  ]
}

function secondsWords(seconds: number): string {
  return seconds % 60 === 0 ? counted(seconds / 60, 'minute') : counted(seconds, 'second')
}
