import type { JSX } from 'react'
import { Dialog } from '../ui/Dialog.tsx'
import styles from './KeysDialog.module.css'

const MAC = /Mac|iPhone|iPad/.test(navigator.userAgent)
const CTRL = MAC ? '⌘' : 'Ctrl'
const ALT = MAC ? '⌥' : 'Alt'

/** All keys, by where they work. Each line: the keys, and what they do. */
const KEYS: readonly (readonly [string, readonly (readonly [readonly string[], string])[]])[] = [
  [
    'Everywhere',
    [
      [['?'], 'Shows these keys'],
      [['/'], 'Goes to the search of the page; from a row of a long list, to the search of the list'],
      [[`${CTRL} K`], 'Goes to a page, port or group'],
      [['Esc'], 'Closes what is open'],
    ],
  ],
  [
    'In lists and tables',
    [
      [['↑', '↓'], 'Go from row to row'],
      [['Home', 'End'], 'Go to the first and to the last row'],
      [['Page Up', 'Page Down'], 'In a table of rules: go 12 rows'],
      [['←', '→'], 'Go from field to field in ‘Who gets at what’; Enter says why'],
      [['Space'], 'Selects the group of a row; with Shift, all up to it'],
      [['Enter'], 'On a group in the catalogue: adds it to the end of the list'],
      [[`${CTRL} C`], 'Copies the group, or the selected ones, where no text is selected'],
      [[MAC ? 'Right-click' : 'Menu'], 'Offers to copy the name, the ID, or the row'],
    ],
  ],
  [
    'A port’s list',
    [
      [['Space'], 'On a grip: lifts the group, drops it'],
      [['↑', '↓'], 'While a group is lifted: move it'],
      [['Esc'], 'While a group is lifted: leaves it where it was'],
      [[`${ALT} ↑`, `${ALT} ↓`], 'Move the group, or the selected ones, at once'],
      [[`${CTRL} A`], 'Selects all groups of the list'],
      [['Delete'], 'Detaches the group, or the selected ones'],
      [[`${CTRL} Z`], 'Undoes the last move'],
      [[MAC ? '⇧ ⌘ Z' : 'Ctrl Y'], 'Redoes it'],
    ],
  ],
]

/** Shows all keys. */
export function KeysDialog({ onClose }: { onClose: () => void }): JSX.Element {
  return (
    <Dialog open onClose={onClose} title="Keys">
      {KEYS.map(([where, lines]) => (
        <section key={where} className={styles.section}>
          <h3>{where}</h3>
          <dl>
            {lines.map(([keys, does]) => (
              <div key={does} className={styles.line}>
                <dt>
                  {keys.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  )
}
