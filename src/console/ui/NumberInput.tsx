import type { ComponentProps, JSX } from 'react'
import styles from './NumberInput.module.css'

/** A short field for a whole number, as tall as the small buttons beside it. */
export function NumberInput(props: ComponentProps<'input'>): JSX.Element {
  return <input className={styles.field} inputMode="numeric" autoComplete="off" {...props} />
}
