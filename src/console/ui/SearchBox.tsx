import { startTransition, useEffect, useEffectEvent, useState, type JSX } from 'react'
import { TextField } from './Field.tsx'

/** The URL follows the search box after this pause: every letter would be a navigation. */
const PAUSE_MS = 150

type SearchBoxProps = {
  placeholder: string
  /** The most characters that can be searched for. */
  longest: number
  /** What is searched for, as the URL has it. */
  value: string
  /** Called at each letter. */
  onType?: (q: string) => void
  onChange: (q: string) => void
}

/** A search box whose text is kept in the URL. */
export function SearchBox({ placeholder, longest, value, onType, onChange }: SearchBoxProps): JSX.Element {
  const [text, setText] = useState(value)
  const [sent, setSent] = useState(value)
  // The URL changed otherwise than by this box: a link, back, or 'Clear'.
  if (value !== sent) {
    setSent(value)
    setText(value)
  }
  const send = useEffectEvent((q: string) => {
    setSent(q)
    onChange(q)
  })
  useEffect(() => {
    if (text === sent) return
    const timer = setTimeout(() => send(text), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text, sent])
  const type = (typed: string) => {
    setText(typed)
    // The letter is drawn first, whatever the rows take.
    if (onType) startTransition(() => onType(typed))
  }
  return (
    <TextField
      label="Search"
      type="search"
      icon="search"
      placeholder={placeholder}
      maxLength={longest}
      value={text}
      onChange={(event) => type(event.target.value)}
      onClear={() => type('')}
      // Before a link is followed: the pause must not end in the middle of that, and undo it.
      onBlur={() => {
        if (text === sent) return
        setSent(text)
        onChange(text)
      }}
    />
  )
}
