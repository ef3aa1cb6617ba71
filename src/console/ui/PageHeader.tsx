import type { JSX, ReactNode } from 'react'
import styles from './PageHeader.module.css'

type PageHeaderProps = {
  /** The page's one h1, and the document's title. */
  title: string
  /** The page says all of it elsewhere, too: of a phone it takes two lines at most. */
  cut?: boolean
  /** Links to the pages above this one. */
  crumbs?: ReactNode
  /** A line or two below the title. */
  children?: ReactNode
  actions?: ReactNode
}

/** The head of a page. After a navigation the focus is put on its title (app/Shell.tsx). */
export function PageHeader({ title, cut = false, crumbs, children, actions }: PageHeaderProps): JSX.Element {
  return (
    <div className={styles.header}>
      <title>{`${title} · Portside`}</title>
      <div className={styles.words}>
        {crumbs !== undefined && (
          <nav className={styles.crumbs} aria-label="Breadcrumb">
            {crumbs}
          </nav>
        )}
        <h1 className={cut ? `${styles.title} ${styles.cut}` : styles.title} tabIndex={-1}>
          {title}
        </h1>
        {children !== undefined && <div className={styles.meta}>{children}</div>}
      </div>
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  )
}
