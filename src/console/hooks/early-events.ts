import { early, keepEarly } from './first-view.ts'

/**
 * Hands over the last event of a type from before now that is taken; once, as from now on its part
 * listens itself.
 * @param take says whether it takes the event
 */
export function takeEarly<Type extends 'click' | 'keydown'>(
  type: Type,
  take: (event: WindowEventMap[Type]) => boolean,
): void {
  removeEventListener(type, keepEarly)
  const mine = early.filter((event) => event.type === type)
  early.splice(0, early.length, ...early.filter((event) => event.type !== type))
  mine.find((event) => take(event as WindowEventMap[Type]))
}
