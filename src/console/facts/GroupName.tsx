import type { JSX, ReactNode } from 'react'

type GroupNameProps = {
  id: string
  children: ReactNode
  /** Where a list leads to its controls by arrow keys: what this control is, and its tab index. */
  control?: string
  tabIndex?: number | undefined
  label?: string
}

/**
 * A group's name, or how many rules it has: opens the group beside the page. One listener for
 * all of them is in app/OpenedGroup.tsx, so that a list of 100 groups costs nothing more to draw.
 */
export function GroupName({ id, children, control, tabIndex, label }: GroupNameProps): JSX.Element {
  return (
    <button
      type="button"
      data-group={id}
      data-control={control}
      tabIndex={tabIndex}
      title={typeof children === 'string' ? children : undefined}
      aria-label={label}
    >
      {children}
    </button>
  )
}
