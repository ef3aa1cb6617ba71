import * as z from 'zod/mini'
import { median, textTable, withUnit, type Figure } from './figures.ts'

const keptFigure = z.object({
  subject: z.string(),
  name: z.string(),
  unit: z.string(),
  /** The median of each of the last runs of the benchmark that were kept, the newest last. */
  medians: z.array(z.number()).check(z.minLength(1)),
})
/** Figures of earlier runs on one machine: what later ones are compared with. */
export const keptFigures = z.object({ at: z.string(), machine: z.string(), figures: z.array(keptFigure) })
/** Figures of earlier runs on one machine: what later ones are compared with. */
export type KeptFigures = z.infer<typeof keptFigures>

/** So many runs say by how much a figure varies. */
const RUNS = 3
/** By so much, of its value, every figure may vary; with fewer runs than RUNS, by more. */
const LEAST_NOISE = 0.1
const UNKNOWN_NOISE = 0.3

/** What became of a figure since it was kept. `new`: it was not kept before. */
type Change = 'worse' | 'better' | 'same' | 'new'

/** A figure beside the one that was kept; `noise` is by how much it may vary, in its unit. */
export type Compared = {
  subject: string
  name: string
  unit: string
  before: number | undefined
  now: number
  noise: number
  change: Change
}

/** Compares figures with those that were kept, each by its own noise. */
export function compare(figures: readonly Figure[], kept: KeptFigures | undefined): Compared[] {
  return figures.map((figure) => {
    const { subject, name, unit } = figure
    const now = median(figure.values)
    const medians = find(kept, figure)?.medians
    if (medians === undefined) return { subject, name, unit, before: undefined, now, noise: 0, change: 'new' }
    const before = median(medians)
    const noise = noiseOf(medians)
    const worseBy = moreIsBetter(figure) ? before - now : now - before
    // A figure that could not be measured is no better one.
    const change = !(worseBy <= noise) ? 'worse' : worseBy < -noise ? 'better' : 'same'
    return { subject, name, unit, before, now, noise, change }
  })
}

/** By how much a figure may vary: what its runs differed by, and a tenth of it at least. */
function noiseOf(medians: readonly number[]): number {
  const least = Math.abs(median(medians)) * (medians.length < RUNS ? UNKNOWN_NOISE : LEAST_NOISE)
  return Math.max(Math.max(...medians) - Math.min(...medians), least)
}

function moreIsBetter({ goal, unit }: Figure): boolean {
  return goal === undefined ? unit === '/s' : 'atLeast' in goal
}

function find(kept: KeptFigures | undefined, { subject, name, unit }: Figure) {
  return kept?.figures.find((one) => one.subject === subject && one.name === name && one.unit === unit)
}

/**
 * What is kept after a run: its medians beside those of the last runs. Subjects that were not
 * measured stay as they were; figures that a measured subject no longer has go. Runs of another
 * machine are not mixed in: nothing of them stays.
 */
export function keep(
  figures: readonly Figure[],
  kept: KeptFigures | undefined,
  machine: string,
  at: string,
): KeptFigures {
  const earlier = kept?.machine === machine ? kept : undefined
  const measured = new Set(figures.map(({ subject }) => subject))
  return {
    at,
    machine,
    figures: [
      ...(earlier?.figures.filter(({ subject }) => !measured.has(subject)) ?? []),
      ...figures.flatMap((figure) => {
        const { subject, name, unit, values } = figure
        const before = find(earlier, figure)?.medians ?? []
        // JSON has no NaN: what could not be measured stays as it was.
        const now = values.length === 0 ? [] : [Number(median(values).toPrecision(4))]
        const medians = [...before, ...now].slice(-RUNS)
        return medians.length === 0 ? [] : [{ subject, name, unit, medians }]
      }),
    ],
  }
}

const MARKS: Readonly<Record<Change, string>> = { worse: 'WORSE', better: 'better', same: '', new: 'new' }

/** The table of what was and what is; a mark where a figure changed by more than its noise. */
export function comparisonTable(compared: readonly Compared[]): string {
  const rows = compared.map(({ subject, name, unit, before, now, noise, change }) => [
    subject,
    name,
    before === undefined ? '' : withUnit(before, unit),
    before === undefined ? '' : `± ${withUnit(noise, unit)}`,
    withUnit(now, unit),
    MARKS[change],
  ])
  return textTable([['subject', 'figure', 'before', 'may vary', 'now', ''], ...rows], [2, 3, 4])
}
