import type { JSX, ReactNode } from 'react'
import styles from './FilterBar.module.css'

/** Above a list: the box to search it, and its filters. */
export function FilterBar({ search, children }: { search: ReactNode; children: ReactNode }): JSX.Element {
  return (
    <search className={styles.bar}>
      <div className={styles.search}>{search}</div>
      {children}
    </search>
  )
}
