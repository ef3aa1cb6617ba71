import type { JSX } from 'react'
import styles from './Skeleton.module.css'

/** A grey bar where a text will be. `width` is any CSS width. */
export function Skeleton({ width = '60%' }: { width?: string }): JSX.Element {
  return <span className={styles.bar} style={{ width }} />
}

/** Rows of bars where a list will be; `label` is read by screen readers. */
export function SkeletonRows({ label, count = 8 }: { label: string; count?: number }): JSX.Element {
  return (
    <div className={styles.rows}>
      <output className="visually-hidden">{label}</output>
      {Array.from({ length: count }, (_, n) => (
        <div key={n} className={styles.row} aria-hidden="true">
          <Skeleton width={`${70 - ((n * 17) % 45)}%`} />
        </div>
      ))}
    </div>
  )
}
