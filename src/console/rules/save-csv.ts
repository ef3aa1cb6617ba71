import { stringify } from 'csv-stringify/browser/esm/sync'
import { csvText } from '../../vpc/csv-text.ts'
import { ruleCells, type RuleLine } from './rule-words.ts'

/** Hands rules to the browser as a CSV file. */
export function saveCsv(lines: readonly RuleLine[], name: string): void {
  // By the byte order mark, spreadsheets know that it is UTF-8.
  const text = stringify(ruleCells(lines), { bom: true, cast: { string: csvText } })
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}
