import { memo, type JSX } from 'react'
import styles from './Icon.module.css'

/** Drawn on a 16 px grid, 1.5 px strokes. */
const DRAWINGS = {
  // In rows alone, so CSS paints it.
  grip: undefined,
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  'arrow-up': 'M8 13V3M4 7l4-4 4 4',
  'arrow-down': 'M8 3v10M4 9l4 4 4-4',
  'arrow-right': 'M3 8h10M9 4l4 4-4 4',
  'chevron-down': 'M4 6l4 4 4-4',
  'chevron-right': 'M6 4l4 4-4 4',
  check: 'M3 8.5 6.5 12 13 4.5',
  copy: 'M5.5 5.5h7v8h-7zM10.5 5.5v-3h-7v8h2',
  search: 'M11 7A4 4 0 1 1 3 7a4 4 0 0 1 8 0zM10 10l3.5 3.5',
  undo: 'M6 3 3 6l3 3M3 6h6.5a3.5 3.5 0 0 1 0 7H7',
  redo: 'M10 3l3 3-3 3M13 6H6.5a3.5 3.5 0 0 0 0 7H9',
  refresh: 'M13 8a5 5 0 1 1-1.5-3.5L13 6M13 2.5V6H9.5',
  close: 'M4 4l8 8M12 4l-8 8',
  warning: 'M8 2.5 14.5 13.5H1.5zM8 6.5v3.5M8 12v.01',
  info: 'M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM8 7.5V11M8 5v.01',
  clock: 'M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM8 4.5V8l2.5 1.5',
  shield: 'M8 2 13 4v4c0 3-2 5-5 6-3-1-5-3-5-6V4z',
  'shield-off': 'M8 2 13 4v4c0 3-2 5-5 6-3-1-5-3-5-6V4zM2 2l12 12',
} as const

/** The names of the icons. */
export type IconName = keyof typeof DRAWINGS

/** Those that stand in each row of a list. */
const IN_ROWS = new Set<IconName>(['grip', 'plus', 'arrow-up', 'arrow-down', 'close', 'copy'])

type IconProps = { name: IconName; size?: number }

/**
 * A small drawing, hidden from screen readers: words say the same beside it. Lists have hundreds of
 * them: it is drawn once, however often the button around it is, and those in rows are painted by
 * CSS. Each SVG has coordinates of its own, which browsers put together anew in every frame: a
 * third of the time that a list of 100 groups took for its layers.
 */
export const Icon = memo(function Icon({ name, size = 16 }: IconProps): JSX.Element {
  if (size === 16 && IN_ROWS.has(name))
    return <span aria-hidden="true" className={`${styles.painted} ${styles[name]}`} />
  return (
    <svg aria-hidden="true" className={styles.icon} width={size} height={size} viewBox="0 0 16 16">
      <path d={DRAWINGS[name]} />
    </svg>
  )
})
