import { useId, type ComponentProps, type JSX, type ReactNode } from 'react'
import styles from './Button.module.css'
import { Icon, type IconName } from './Icon.tsx'

type Shared = Omit<ComponentProps<'button'>, 'disabled' | 'className'> & {
  variant?: 'primary' | 'secondary' | 'ghost' | 'danger' | 'critical'
  size?: 'medium' | 'small'
  /** Why the button can't be pressed now. It stays focusable, and the reason can be read. */
  disabledReason?: string | undefined
  /** Work is under way: it can't be pressed twice. */
  busy?: boolean
}

type ButtonProps = Shared & { icon?: IconName; children: ReactNode }

/** A button with words on it. */
export function Button(props: ButtonProps): JSX.Element {
  return <BaseButton {...props} />
}

type ButtonLinkProps = Omit<ComponentProps<'a'>, 'className'> & { variant?: Shared['variant'] }

/**
 * A link that looks like a button: it leads to an address of the proxy's, where the router has no
 * part.
 */
export function ButtonLink({ variant = 'secondary', children, ...rest }: ButtonLinkProps): JSX.Element {
  return (
    <a {...rest} className={`${styles.button} ${styles[variant]}`}>
      {children}
    </a>
  )
}

type IconButtonProps = Shared & { icon: IconName; label: string }

/** A button that shows an icon; `label` is its name and its tooltip. */
export function IconButton({ label, variant = 'ghost', ...rest }: IconButtonProps): JSX.Element {
  return (
    <BaseButton
      {...rest}
      variant={variant}
      square
      aria-label={label}
      title={rest.disabledReason ? undefined : label}
    />
  )
}

function BaseButton({
  variant = 'secondary',
  size = 'medium',
  disabledReason,
  busy = false,
  square = false,
  onClick,
  type = 'button',
  icon,
  children,
  ...rest
}: Shared & { icon?: IconName | undefined; square?: boolean }): JSX.Element {
  const reasonId = useId()
  const blocked = busy || disabledReason !== undefined
  const classes = [styles.button, styles[variant], size === 'small' && styles.small, square && styles.square]
  const button = (
    <button
      aria-describedby={disabledReason === undefined ? undefined : reasonId}
      {...rest}
      type={type}
      className={classes.filter(Boolean).join(' ')}
      aria-disabled={blocked || undefined}
      aria-busy={busy || undefined}
      onClick={(event) => {
        if (blocked) event.preventDefault()
        else onClick?.(event)
      }}
    >
      {busy ? (
        <span className={styles.spinner} aria-hidden="true" />
      ) : (
        icon && <Icon name={icon} size={square ? 16 : 14} />
      )}
      {children}
    </button>
  )
  return (
    <span className={styles.wrapper}>
      {button}
      {disabledReason !== undefined && (
        <span id={reasonId} className={styles.reason}>
          {disabledReason}
        </span>
      )}
    </span>
  )
}
