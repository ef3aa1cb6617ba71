import { memo, type JSX, type ReactNode } from 'react'

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
export const GroupName = memo(function GroupName(props: GroupNameProps): JSX.Element {
  const { id, children, control, tabIndex, label } = props
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
})
