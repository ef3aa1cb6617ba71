import type { JSX, ReactNode } from 'react'
import type { Tone } from './Badge.tsx'
import { Icon, type IconName } from './Icon.tsx'
import styles from './Notice.module.css'

const ICONS: Record<Tone, IconName> = {
  neutral: 'info',
  accent: 'info',
  new: 'plus',
  ok: 'check',
  warn: 'warning',
  danger: 'warning',
}

type NoticeProps = {
  tone?: Tone
  title?: ReactNode
  children?: ReactNode
  /** Buttons below the text. */
  actions?: ReactNode
  /** `alert` is read out at once, `status` politely, when it appears. */
  role?: 'alert' | 'status'
}

/** A few words in a box that the operator should not overlook. */
export function Notice({ tone = 'neutral', title, children, actions, role }: NoticeProps): JSX.Element {
  return (
    <div className={`${styles.notice} ${tone === 'neutral' ? '' : styles[tone]}`} role={role}>
      <span className={styles.icon}>
        <Icon name={ICONS[tone]} />
      </span>
      <div className={styles.content}>
        {title !== undefined && <div className={styles.title}>{title}</div>}
        {children}
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </div>
    </div>
  )
}
