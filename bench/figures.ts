/** One thing that was measured, several times. */
export type Figure = {
  subject: string
  name: string
  /** `ms`, `kB` (1000 bytes), `MB` (1,000,000 bytes), `/s`, `x` for a ratio, `` for a count. */
  unit: string
  /** One value for each run. */
  values: number[]
  /** What the figure should be. */
  goal?: { below: number } | { atLeast: number }
}

/** A figure without values yet. */
export function newFigure(subject: string, name: string, unit: string, goal?: Figure['goal']): Figure {
  return { subject, name, unit, values: [], ...(goal && { goal }) }
}

/** The value in the middle; for an even count, between the two in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/**
 * The value below which a share `q` (0..1) of the values lies, interpolated; NaN without values.
 */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = q * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(at)] ?? NaN, sorted[Math.ceil(at)] ?? NaN]
  return low + (high - low) * (at - Math.floor(at))
}

/**
 * Whether the median meets the goal, and if not, by how much it misses; undefined without a goal.
 */
export function goalWords({ values, goal, unit }: Figure): string | undefined {
  if (goal === undefined) return undefined
  const middle = median(values)
  if ('below' in goal) return middle < goal.below ? 'met' : `missed by ${withUnit(middle - goal.below, unit)}`
  return middle >= goal.atLeast ? 'met' : `missed by ${withUnit(goal.atLeast - middle, unit)}`
}

/** The table: a row for each figure, its median, the least and the most of all runs. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.subject,
    figure.name,
    withUnit(median(figure.values), figure.unit),
    figure.values.length === 1
      ? ''
      : `${show(Math.min(...figure.values))} to ${show(Math.max(...figure.values))}`,
    String(figure.values.length),
    goalText(figure),
    goalWords(figure) ?? '',
  ])
  return textTable([['subject', 'figure', 'median', 'least to most', 'runs', 'goal', ''], ...rows], [2, 3, 4])
}

/** Rows of text under a head, the first one. The columns in `right` end at the same place. */
export function textTable(rows: readonly string[][], right: readonly number[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (row: string[]) =>
    row
      .map((cell, column) =>
        right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd()
  return [line(rows[0]!), line(widths.map((width) => '-'.repeat(width))), ...rows.slice(1).map(line)].join(
    '\n',
  )
}

function goalText({ goal, unit }: Figure): string {
  if (goal === undefined) return ''
  return 'below' in goal ? `< ${goal.below}${spaced(unit)}` : `>= ${goal.atLeast}${spaced(unit)}`
}

function spaced(unit: string): string {
  return unit === '' ? '' : ` ${unit}`
}

/** A value with its unit. */
export function withUnit(value: number, unit: string): string {
  return show(value) + spaced(unit)
}

/** Three digits that matter, and whole numbers above a hundred. */
function show(value: number): string {
  if (value === 0 || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return Number(value.toPrecision(3)).toString()
}
