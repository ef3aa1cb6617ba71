/** '+10' in a button, with the space before it. */
const REST_WIDTH = 44

/** Widths are kept of so many texts. */
const MOST_KEPT = 5_000

const widths = new Map<string, number>()
let context: CanvasRenderingContext2D | null = null

/** Texts are measured in this font from now on: as CSS's `font` has it. */
export function measureIn(font: string): void {
  context ??= document.createElement('canvas').getContext('2d')
  if (context === null || context.font === font) return
  context.font = font
  widths.clear()
}

/** The width in pixels. A text is measured once, and the page isn't laid out for it. */
function widthOf(text: string): number {
  let width = widths.get(text)
  if (width === undefined) {
    if (widths.size >= MOST_KEPT) widths.clear()
    width = context?.measureText(text).width ?? text.length * 7
    widths.set(text, width)
  }
  return width
}

/**
 * How many texts fit beside each other, at least one, with room for a '+3' where some are left out.
 * @param texts the first ones of all that there are
 * @param total how many there are
 * @param between what is put between two
 * @param room in pixels
 */
export function fittingTexts(texts: readonly string[], total: number, between: string, room: number): number {
  let used = 0
  let fitting = 0
  for (const [n, text] of texts.entries()) {
    used += widthOf(text) + (n === 0 ? 0 : widthOf(between))
    if (used > room) break
    if (n + 1 === total) return total
    if (used + REST_WIDTH <= room) fitting = n + 1
  }
  return Math.max(1, fitting)
}
