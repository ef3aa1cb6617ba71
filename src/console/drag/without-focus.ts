import { handOnKey } from '../hooks/hand-on-key.ts'

/**
 * Takes the focus off an element while its row moves: React would put it back amid its changes,
 * which lays the page out three times. A key that comes meanwhile is still the element's.
 * @returns gives the focus back, unless something else has it by then
 */
export function withoutFocus(element: HTMLElement): () => void {
  const giveBack = () => {
    removeEventListener('keydown', onKeyDown, true)
    if (document.activeElement === document.body) element.focus({ preventScroll: true })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    giveBack()
    if (event.target === document.body) handOnKey(event, element)
  }
  addEventListener('keydown', onKeyDown, true)
  element.blur()
  return giveBack
}
