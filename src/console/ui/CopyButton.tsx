import { useEffect, useState, type JSX } from 'react'
import { useAnnounce } from './Announcer.tsx'
import { Button, IconButton } from './Button.tsx'

type CopyButtonProps = {
  /** What is copied; where that is long, how it is made. */
  text: string | (() => string)
  /** The button's name: 'Copy ID'. */
  label: string
  /** Shows the name beside the icon. */
  showLabel?: boolean
  /** -1 where a list leads to it by other keys. */
  tabIndex?: number | undefined
}

type Outcome = 'Copied' | 'Not copied'

/** Copies a text, and announces whether it did. */
export async function copyText(text: string, announce: (message: string) => void): Promise<Outcome> {
  try {
    await navigator.clipboard.writeText(text)
    announce('Copied.')
    return 'Copied'
  } catch {
    announce('Not copied. Select the text and copy it yourself.')
    return 'Not copied'
  }
}

/** Copies a text and says so. */
export function CopyButton({ text, label, showLabel = false, tabIndex }: CopyButtonProps): JSX.Element {
  const announce = useAnnounce()
  const [outcome, setOutcome] = useState<Outcome>()
  useEffect(() => {
    if (outcome === undefined) return
    const timer = setTimeout(() => setOutcome(undefined), 2000)
    return () => clearTimeout(timer)
  }, [outcome])
  const copy = () => void copyText(typeof text === 'string' ? text : text(), announce).then(setOutcome)
  const icon = outcome === undefined ? 'copy' : outcome === 'Copied' ? 'check' : 'warning'
  const shared = { icon, size: 'small', tabIndex, onClick: copy } as const
  if (!showLabel) return <IconButton {...shared} label={label} />
  return (
    <Button {...shared} variant="ghost">
      {outcome ?? label}
    </Button>
  )
}
