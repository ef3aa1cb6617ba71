import { useState, type JSX } from 'react'

/** Drawn once it is opened: there may be thousands of things in it. */
export function OnDemand({ title, children }: { title: string; children: () => JSX.Element }): JSX.Element {
  const [open, setOpen] = useState(false)
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {open && children()}
    </details>
  )
}
