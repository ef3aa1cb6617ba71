import { pace as paceForm, type Pace } from '../../vpc/bulk-changes-api.ts'

/** A pace as it is typed. */
export type PaceTyped = {
  first: string
  growth: string
  largest_wave: string
  stop_after: string
  between: 'wait' | 'pause'
  pause_seconds: string
  /** Empty: as many as the budget allows. */
  ports_per_minute: string
}

/** One port first, then waves that grow, each of which waits for the operator. */
export const CAREFUL: PaceTyped = {
  first: '1',
  growth: '5',
  largest_wave: '100',
  stop_after: '1',
  between: 'wait',
  pause_seconds: '60',
  ports_per_minute: '',
}

/** The pace that is typed, or what is wrong with each field. */
export function readPace(
  typed: PaceTyped,
): { pace: Pace; problems: Record<string, never> } | { pace: undefined; problems: Partial<PaceTyped> } {
  const read = paceForm.safeParse({
    first: numberOf(typed.first),
    growth: numberOf(typed.growth),
    largest_wave: numberOf(typed.largest_wave),
    stop_after: numberOf(typed.stop_after),
    pause_seconds: typed.between === 'wait' ? null : numberOf(typed.pause_seconds),
    ports_per_minute: typed.ports_per_minute.trim() === '' ? null : numberOf(typed.ports_per_minute),
  })
  if (read.success) return { pace: read.data, problems: {} }
  const problems: Record<string, string> = {}
  for (const { path, message } of read.error.issues)
    problems[String(path[0])] ??= message.startsWith('must') ? `It ${message}.` : 'It must be a whole number.'
  return { pace: undefined, problems }
}

/** Only digits: '1e3' and '0x10' are no numbers that people type. */
function numberOf(text: string): number | undefined {
  return /^\s*\d{1,6}\s*$/.test(text) ? Number(text) : undefined
}
