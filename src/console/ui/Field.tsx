import { useId, type ComponentProps, type JSX, type ReactNode } from 'react'
import { IconButton } from './Button.tsx'
import styles from './Field.module.css'
import { Icon, type IconName } from './Icon.tsx'

type FieldProps = {
  label: string
  /** The label is there for screen readers only. */
  hideLabel?: boolean
  hint?: ReactNode
  /** What is wrong with the value, and what to do. */
  error?: string | undefined
}

type TextFieldProps = FieldProps &
  Omit<ComponentProps<'input'>, 'className'> & {
    icon?: IconName
    /** Shows a button that empties the field, while there is something in it. */
    onClear?: (() => void) | undefined
  }

/** A labelled line of text (or number, or search). */
export function TextField(props: TextFieldProps): JSX.Element {
  const { label, hideLabel, hint, error, icon, onClear, ...input } = props
  const own = useId()
  const id = input.id ?? own
  const clearable = onClear !== undefined && input.value !== ''
  return (
    <Field {...{ id, label, hideLabel, hint, error }}>
      <span className={styles.box}>
        {icon && (
          <span className={styles.leading}>
            <Icon name={icon} />
          </span>
        )}
        <input
          autoComplete="off"
          spellCheck={false}
          {...input}
          id={id}
          className={onClear ? `${styles.control} ${styles.clearable}` : styles.control}
          aria-invalid={error !== undefined || undefined}
          aria-describedby={describedBy(id, hint, error)}
        />
        {clearable && (
          <span className={styles.clear}>
            <IconButton icon="close" size="small" label={`Clear ${label.toLowerCase()}`} onClick={onClear} />
          </span>
        )}
      </span>
    </Field>
  )
}

type SelectFieldProps = FieldProps & Omit<ComponentProps<'select'>, 'className'>

/** A labelled native select; its children are the options. */
export function SelectField(props: SelectFieldProps): JSX.Element {
  const { label, hideLabel, hint, error, ...select } = props
  const own = useId()
  const id = select.id ?? own
  return (
    <Field {...{ id, label, hideLabel, hint, error }}>
      <select
        {...select}
        id={id}
        className={styles.control}
        aria-invalid={error !== undefined || undefined}
        aria-describedby={describedBy(id, hint, error)}
      />
    </Field>
  )
}

type TextAreaProps = FieldProps & Omit<ComponentProps<'textarea'>, 'className'>

/** A labelled text of several lines. */
export function TextArea(props: TextAreaProps): JSX.Element {
  const { label, hideLabel, hint, error, ...area } = props
  const own = useId()
  const id = area.id ?? own
  return (
    <Field {...{ id, label, hideLabel, hint, error }}>
      <textarea
        spellCheck={false}
        {...area}
        id={id}
        className={`${styles.control} ${styles.lines}`}
        aria-invalid={error !== undefined || undefined}
        aria-describedby={describedBy(id, hint, error)}
      />
    </Field>
  )
}

function Field(props: {
  id: string
  label: string
  hideLabel: boolean | undefined
  hint: ReactNode
  error: string | undefined
  children: ReactNode
}): JSX.Element {
  const { id, label, hideLabel, hint, error, children } = props
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={hideLabel ? 'visually-hidden' : styles.label}>
        {label}
      </label>
      {children}
      {hint !== undefined && (
        <span id={`${id}-hint`} className={styles.hint}>
          {hint}
        </span>
      )}
      {error !== undefined && (
        <span id={`${id}-error`} className={styles.error} role="alert">
          {error}
        </span>
      )}
    </div>
  )
}

function describedBy(id: string, hint: ReactNode, error: string | undefined): string | undefined {
  const ids = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(Boolean)
  return ids.length === 0 ? undefined : ids.join(' ')
}
