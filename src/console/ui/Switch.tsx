import type { ComponentProps, JSX, ReactNode } from 'react'
import styles from './Switch.module.css'

type SwitchProps = Omit<ComponentProps<'input'>, 'type' | 'role' | 'className' | 'children' | 'checked'> & {
  checked: boolean
  children: ReactNode
}

/** A choice between on and off that takes effect at once; its children are the label. */
export function Switch({ children, ...input }: SwitchProps): JSX.Element {
  return (
    <label className={styles.switch}>
      <input {...input} type="checkbox" role="switch" aria-checked={input.checked} className={styles.input} />
      <span>{children}</span>
    </label>
  )
}
