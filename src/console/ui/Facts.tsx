import type { JSX, ReactNode } from 'react'
import styles from './Facts.module.css'

/** A few facts, as `dt` and `dd` in two columns: 'Code', 'Request ID'. */
export function Facts({ children }: { children: ReactNode }): JSX.Element {
  return <dl className={styles.facts}>{children}</dl>
}
