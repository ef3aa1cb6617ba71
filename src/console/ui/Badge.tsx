import type { JSX, ReactNode } from 'react'
import styles from './Badge.module.css'
import { Icon, type IconName } from './Icon.tsx'

/** What a badge or a notice means, shown by its colour too. `new`: placed, but not applied. */
export type Tone = 'neutral' | 'ok' | 'warn' | 'danger' | 'accent' | 'new'

type BadgeProps = { tone?: Tone; icon?: IconName; title?: string; children: ReactNode }

/** A word or two about the thing beside it. */
export function Badge({ tone = 'neutral', icon, title, children }: BadgeProps): JSX.Element {
  return (
    <span className={`${styles.badge} ${tone === 'neutral' ? '' : styles[tone]}`} title={title}>
      {icon && <Icon name={icon} size={12} />}
      {children}
    </span>
  )
}
