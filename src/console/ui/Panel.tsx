import { useId, type JSX, type ReactNode, type Ref } from 'react'
import styles from './Panel.module.css'

type PanelProps = {
  title: string
  /** Beside the title: a count, a state. */
  note?: ReactNode
  actions?: ReactNode
  /** Stays in view below the scrolling content. */
  footer?: ReactNode
  children: ReactNode
  className?: string | undefined
  headingRef?: Ref<HTMLHeadingElement>
}

/**
 * One of the port page's areas: a head that stays, content that scrolls on its own where there is
 * room for that.
 */
export function Panel(props: PanelProps): JSX.Element {
  const { title, note, actions, footer, children, className, headingRef } = props
  const id = useId()
  return (
    <section className={`${styles.panel} ${className ?? ''}`} aria-labelledby={id}>
      <header className={styles.head}>
        <h2 id={id} ref={headingRef} tabIndex={-1}>
          {title}
        </h2>
        {note !== undefined && <span className={styles.note}>{note}</span>}
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
      {footer !== undefined && <footer className={styles.foot}>{footer}</footer>}
    </section>
  )
}
