import { memo, type JSX } from 'react'
import type { Names } from '../../vpc/traffic/explain.ts'
import type { PictureRow } from '../../vpc/traffic/picture.ts'
import { Icon } from '../ui/Icon.tsx'
import { rowNames, rowTitle, type FieldWords, type PictureView, type PictureWords } from './picture-words.ts'
import styles from './Picture.module.css'

type Place = { row: number; column: number }

type PictureTableRowProps = {
  row: PictureRow
  at: number
  /** The columns that are shown, and those that are folded: they come before the last. */
  columns: readonly number[]
  folded: readonly number[]
  words: PictureWords
  view: PictureView
  names: Names
  onOpen: (place: Place) => void
}

/** One row of the picture. Drawn when it changes itself. */
export const PictureTableRow = memo(function PictureTableRow(props: PictureTableRowProps): JSX.Element {
  const { row, at, columns, folded, words, view, names, onOpen } = props
  const fields = columns.map((column, columnAt) => {
    const field = words.field(at, column, view)
    return (
      <td key={column}>
        <button
          type="button"
          data-field={`${at} ${columnAt}`}
          className={`${styles.field} ${styles[field?.kind ?? 'none']}`}
          // The table gives one of them the stop of Tab.
          tabIndex={-1}
          aria-haspopup="dialog"
          onClick={() => field && onOpen({ row: at, column })}
        >
          <Field field={field} />
        </button>
      </td>
    )
  })
  const others = folded.length > 0 ? words.folded(at, folded, view) : undefined
  return (
    <tr>
      <th scope="row" title={rowNames(row, names).names.join(', ')}>
        <span className={styles.title}>{rowTitle(row, names)}</span>
      </th>
      {fields.slice(0, -1)}
      {folded.length > 0 && (
        <td>
          <div className={`${styles.field} ${styles[others?.kind ?? 'none']}`}>
            <Field field={others} />
          </div>
        </td>
      )}
      {fields.at(-1)}
    </tr>
  )
})

function Field({ field }: { field: FieldWords | undefined }): JSX.Element {
  if (field === undefined) return <span className={styles.by}>no such traffic</span>
  return (
    <>
      <span className={styles.verdict}>
        <Icon name={field.icon} size={12} />
        {field.text}
      </span>{' '}
      <span className={styles.by} title={field.by}>
        {field.by}
      </span>
      {field.rest !== '' && <span className={styles.rest}> {field.rest}</span>}
    </>
  )
}
