import type { JSX } from 'react'
import styles from './RadioRow.module.css'

type RadioRowProps<Value extends string> = {
  /** What is chosen: for screen readers. */
  legend: string
  /** Of the buttons, one for all of them: unique in the document. */
  name: string
  value: Value
  onChange: (value: Value) => void
  options: readonly (readonly [Value, string])[]
}

/** One of a few, in a row. */
export function RadioRow<Value extends string>(props: RadioRowProps<Value>): JSX.Element {
  const { legend, name, value, onChange, options } = props
  return (
    <fieldset className={styles.row}>
      <legend className="visually-hidden">{legend}</legend>
      {options.map(([one, text]) => (
        <label key={one}>
          <input type="radio" name={name} checked={value === one} onChange={() => onChange(one)} />
          {text}
        </label>
      ))}
    </fieldset>
  )
}
