import type { ComponentProps, JSX } from 'react'
import { TrafficChanges } from '../traffic/TrafficChanges.tsx'
import styles from './TrafficInPlace.module.css'

/**
 * What traffic changes, as high as before while the next result is on its way: nothing below it
 * moves away and back.
 */
export function TrafficInPlace(props: ComponentProps<typeof TrafficChanges>): JSX.Element {
  const isWaiting = props.traffic.state === 'reading'
  return (
    <div ref={keepHeight} className={styles.place} data-waiting={isWaiting || undefined}>
      <TrafficChanges {...props} />
    </div>
  )
}

function keepHeight(place: HTMLElement | null): (() => void) | undefined {
  if (place === null) return undefined
  const observer = new ResizeObserver(() => {
    if (!('waiting' in place.dataset)) place.style.setProperty('--kept', `${place.offsetHeight}px`)
  })
  observer.observe(place)
  return () => observer.disconnect()
}
