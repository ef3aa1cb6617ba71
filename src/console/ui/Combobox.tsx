import { useCombobox } from 'downshift'
import type { JSX, ReactNode } from 'react'
import styles from './Combobox.module.css'
import { Icon } from './Icon.tsx'

/** One of the things to choose from. */
export type Option = {
  key: string
  words: string
  /** What tells it from another of the same words: an ID, an address. */
  detail?: string | undefined
  /** A second line. */
  description?: string | undefined
}

type ComboboxProps<Choice extends Option> = {
  /** What is looked for. */
  label: string
  /** What the list has. */
  listLabel: string
  placeholder: string
  text: string
  onText: (text: string) => void
  options: readonly Choice[]
  onPick: (option: Choice) => void
  /** What is said between the field and the list. */
  children?: ReactNode
}

/**
 * A field with the list of what fits beneath it, always in sight: the arrow keys go through the
 * list while the text is typed, Enter picks. For dialogs; the dialog's own Esc closes it.
 */
export function Combobox<Choice extends Option>(props: ComboboxProps<Choice>): JSX.Element {
  const { label, listLabel, placeholder, text, onText, options, onPick } = props
  const { getLabelProps, getInputProps, getMenuProps, getItemProps, highlightedIndex } = useCombobox({
    items: [...options],
    itemToString: () => text,
    itemToKey: (option) => option?.key,
    isOpen: true,
    inputValue: text,
    selectedItem: null,
    // Enter picks the first unless another is chosen.
    defaultHighlightedIndex: 0,
    stateReducer: (state, { type, changes }) =>
      type === useCombobox.stateChangeTypes.InputBlur ? state : changes,
    onStateChange: ({ selectedItem }) => {
      if (selectedItem) onPick(selectedItem)
    },
  })
  const marked = Math.min(highlightedIndex, options.length - 1)
  return (
    <div className={styles.combobox}>
      <label {...getLabelProps({ className: 'visually-hidden' })}>{label}</label>
      <span className={styles.field}>
        <Icon name="search" />
        <input
          {...getInputProps({
            placeholder,
            spellCheck: false,
            autoComplete: 'off',
            // React's own handler: downshift's would move the cursor while one types.
            onChange: (event) => onText(event.currentTarget.value),
            onKeyDown(event) {
              if (event.key !== 'Escape') return
              const { nativeEvent } = event
              Object.assign(nativeEvent, { preventDownshiftDefault: true })
            },
          })}
          data-autofocus
        />
      </span>
      {props.children}
      <ul {...getMenuProps({ 'aria-label': listLabel, className: styles.options })}>
        {options.map((option, index) => (
          <li
            key={option.key}
            {...getItemProps({ item: option, index })}
            className={index === marked ? `${styles.option} ${styles.marked}` : styles.option}
          >
            <span className={styles.words}>{option.words}</span>
            <span className={styles.detail}>{option.detail}</span>
            {option.description !== undefined && (
              <span className={styles.description}>{option.description}</span>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}
