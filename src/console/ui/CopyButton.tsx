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

/** Copies a text and says so. */
export function CopyButton({ text, label, showLabel = false, tabIndex }: CopyButtonProps): JSX.Element {
  const announce = useAnnounce()
  const [outcome, setOutcome] = useState<'copied' | 'failed'>()
  useEffect(() => {
    if (outcome === undefined) return
    const timer = setTimeout(() => setOutcome(undefined), 2000)
    return () => clearTimeout(timer)
  }, [outcome])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === 'string' ? text : text())
      setOutcome('copied')
      announce('Copied')
    } catch {
      setOutcome('failed')
      announce('The browser did not let Portside copy. Select the text and copy it yourself.')
    }
  }
  const icon = outcome === 'copied' ? 'check' : outcome === 'failed' ? 'warning' : 'copy'
  if (!showLabel)
    return (
      <IconButton icon={icon} size="small" label={label} tabIndex={tabIndex} onClick={() => void copy()} />
    )
  const words = outcome === 'copied' ? 'Copied' : outcome === 'failed' ? 'Not copied' : label
  return (
    <Button icon={icon} size="small" variant="ghost" tabIndex={tabIndex} onClick={() => void copy()}>
      {words}
    </Button>
  )
}
