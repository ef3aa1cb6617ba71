import type { JSX } from 'react'
import { detach, move, nudge, type ChangeArrangement } from '../arrangement/arrangement.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { CopyButton } from '../ui/CopyButton.tsx'
import { MoveField } from './MoveField.tsx'
import { listRows, rowsAsText } from './row-text.ts'

type SelectedBarProps = {
  selected: readonly string[]
  /** How many positions the selected groups can be moved to. */
  positions: number
  lockReason: string | undefined
  change: ChangeArrangement
  /** How many groups the list has. */
  count: number
  onAll: () => void
  onClear: () => void
}

/** What can be done to the selected groups together. */
export function SelectedBar(props: SelectedBarProps): JSX.Element {
  const { selected, positions, lockReason, change, count, onAll, onClear } = props
  return (
    <>
      <IconButton
        icon="arrow-up"
        size="small"
        label="Move selected up"
        disabledReason={lockReason}
        onClick={() => change((now) => nudge(now, selected, -1))}
      />
      <IconButton
        icon="arrow-down"
        size="small"
        label="Move selected down"
        disabledReason={lockReason}
        onClick={() => change((now) => nudge(now, selected, 1))}
      />
      <MoveField
        positions={positions}
        lockReason={lockReason}
        onMove={(position) => change((now) => move(now, selected, position))}
      />
      <Button
        size="small"
        variant="ghost"
        disabledReason={lockReason}
        onClick={() => {
          change((now) => detach(now, selected))
          onClear()
        }}
      >
        Detach
      </Button>
      <CopyButton label="Copy" showLabel text={() => rowsAsText(listRows(selected))} />
      {selected.length < count && (
        <Button size="small" variant="ghost" aria-keyshortcuts="Control+A" onClick={onAll}>
          Select all
        </Button>
      )}
      <Button size="small" variant="ghost" onClick={onClear}>
        Clear
      </Button>
    </>
  )
}
