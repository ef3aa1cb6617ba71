/**
 * Gives a key to another element than the one that it was pressed on, as if it had been pressed
 * there: for handlers of this page, not for what browsers do with keys.
 */
export function handOnKey(event: KeyboardEvent, element: Element): void {
  event.stopImmediatePropagation()
  if (!element.dispatchEvent(new KeyboardEvent('keydown', event))) event.preventDefault()
}
