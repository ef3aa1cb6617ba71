import type { JSX, ReactNode } from 'react'
import styles from './EmptyState.module.css'

type EmptyStateProps = {
  title: string
  /** True where it is all that the page shows: then its title is the page's. */
  wholePage?: boolean
  children?: ReactNode
  actions?: ReactNode
}

/** Nothing here: why, and what can be done. */
export function EmptyState({ title, wholePage = false, children, actions }: EmptyStateProps): JSX.Element {
  const Heading = wholePage ? 'h1' : 'h2'
  return (
    <div className={styles.empty}>
      <Heading tabIndex={wholePage ? -1 : undefined}>{title}</Heading>
      {children !== undefined && <p>{children}</p>}
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  )
}
