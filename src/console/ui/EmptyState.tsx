import type { JSX, ReactNode } from 'react'
import styles from './EmptyState.module.css'

type EmptyStateProps = { title: string; children?: ReactNode; actions?: ReactNode }

/** Nothing here: why, and what can be done. */
export function EmptyState({ title, children, actions }: EmptyStateProps): JSX.Element {
  return (
    <div className={styles.empty}>
      <h2>{title}</h2>
      {children !== undefined && <p>{children}</p>}
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  )
}
