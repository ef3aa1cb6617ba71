import type { JSX } from 'react'
import { CopyButton } from './CopyButton.tsx'
import styles from './Id.module.css'
import { shortId } from './short-id.ts'

type IdProps = {
  value: string
  /** What it is the ID of: names the copy button ('Copy port ID'). */
  label?: string
  /**
   * Shows the first eight digits only; the whole ID is in the tooltip, and is copied.
   */
  short?: boolean
  copy?: boolean
  /** Of the copy button: -1 where a list leads to it by other keys. */
  tabIndex?: number | undefined
}

/** An ID, in digits of equal width; it gives way with an ellipsis where room is short. */
export function Id({ value, label = 'ID', short = false, copy = true, tabIndex }: IdProps): JSX.Element {
  return (
    <span className={styles.id}>
      <span className={styles.value} title={value}>
        {short ? shortId(value) : value}
      </span>
      {copy && <CopyButton text={value} label={`Copy ${label}`} tabIndex={tabIndex} />}
    </span>
  )
}
