import type { JSX, ReactNode } from 'react'
import styles from './KindRow.module.css'

/** A kind of change in a list of them: how many ports, and what is said of it. */
export function KindRow({ ports, children }: { ports: number; children: ReactNode }): JSX.Element {
  return (
    <li className={styles.kind}>
      <span className={styles.number}>
        <b>{ports.toLocaleString('en')}</b>
        {ports === 1 ? 'port' : 'ports'}
      </span>
      <div className={styles.what}>{children}</div>
    </li>
  )
}
