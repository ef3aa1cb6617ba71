/**
 * Where a spreadsheet may begin a cell: at the start of the text, of a line in it, and after a
 * semicolon or a tab. Where the comma is the decimal point, spreadsheets split a line of CSV at
 * semicolons and ignore the quotes around a text.
 */
const CELL_BEGINS = /(^|[;\t\r\n])([\s"]*)(?=[=+\-@＝＋－＠])/g

/**
 * A text that no spreadsheet reads as a formula: an apostrophe is put before the sign of one.
 */
export function csvText(text: string): string {
  const defused = text.replaceAll(CELL_BEGINS, "$1$2'")
  // Some spreadsheets skip blanks at the start and look at what follows.
  return /^[\t\r\n]/.test(defused) ? `'${defused}` : defused
}
