import { rowOf } from '../hooks/roving-rows.ts'

/** What the rows of the list, or of the catalogue, say of their groups, as shown. */
export type RowText = { position: string | undefined; name: string; id: string; rules: string | undefined }

/** The rows of these groups in the list. */
export function listRows(ids: readonly string[]): HTMLElement[] {
  const rows = document.querySelectorAll<HTMLElement>('[data-rows="list"] > [data-row]')
  return [...rows].filter((row) => ids.includes(row.dataset['row']!))
}

/** The rows that an action on the row of this element is for: all selected ones, or that row. */
export function rowsActedOn(target: EventTarget | null): HTMLElement[] {
  if (!(target instanceof Element) || rowOf(target) === undefined) return []
  const row = target.closest<HTMLElement>('[data-row]')!
  const all = [...(row.closest('[data-rows]')?.querySelectorAll<HTMLElement>(':scope > [data-row]') ?? [])]
  const selected = all.filter(isSelected)
  return all.length === 0 ? [] : selected.includes(row) ? selected : [row]
}

function isSelected(row: HTMLElement): boolean {
  return row.querySelector<HTMLInputElement>('[data-control="select"]')?.checked ?? false
}

/** Reads a row. */
export function readRow(row: HTMLElement): RowText {
  const text = (control: string) => row.querySelector(`[data-control="${control}"]`)?.textContent ?? undefined
  const list = row.closest('[data-rows="list"]')
  const rows = list === null ? [] : [...list.querySelectorAll(':scope > [data-row]')]
  return {
    position: list === null ? undefined : String(rows.indexOf(row) + 1),
    name: text('name') ?? '',
    id: row.dataset['row'] ?? '',
    rules: list === null ? undefined : (text('rules') ?? '').replace(/ rules?$/, ''),
  }
}

/**
 * Rows as lines, with tabs between position, name, ID and number of rules; the catalogue has no
 * positions and no rules.
 */
export function rowsAsText(rows: readonly HTMLElement[]): string {
  return rows
    .map((row) => {
      const { position, name, id, rules } = readRow(row)
      const cells = [position, name, id, rules].filter((cell) => cell !== undefined)
      return cells.map((cell) => cell.replaceAll(/\s+/g, ' ')).join('\t')
    })
    .join('\n')
}
