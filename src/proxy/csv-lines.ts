import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import { csvText } from '../vpc/csv-text.ts'

/** The columns of a CSV file, from the left: each with what a row has in it. */
export type Columns<T> = Record<string, (row: T) => string | number | null | undefined>

/**
 * A CSV file, a line for each row. What a spreadsheet would read as a formula (a name that begins
 * with = + - or @) gets an apostrophe before it.
 */
export function csvLines<T>(rows: AsyncIterable<T>, columns: Columns<T>): Readable {
  const cells = Readable.from(cellsOf(rows, Object.entries(columns)))
  // By the byte order mark, spreadsheets know that it is UTF-8.
  const lines = stringify({
    header: true,
    bom: true,
    columns: Object.keys(columns),
    cast: { string: csvText },
  })
  cells.once('error', (error) => lines.destroy(error))
  lines.once('close', () => cells.destroy())
  return cells.pipe(lines)
}

async function* cellsOf<T>(rows: AsyncIterable<T>, columns: readonly [string, Columns<T>[string]][]) {
  for await (const row of rows) yield Object.fromEntries(columns.map(([name, value]) => [name, value(row)]))
}
