import { useState, type JSX } from 'react'
import { isReachable } from '../proxy-client/reachable.ts'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'

/** Takes the place of a part of the page whose code or looks could not be loaded. */
export function PartMissing(): JSX.Element {
  const [state, setState] = useState<'idle' | 'busy' | 'failed'>('idle')
  const retry = async () => {
    setState('busy')
    // A reload brings the parts of a newer version too. Without the proxy it would leave nothing.
    if (await isReachable()) location.reload()
    else setState('failed')
  }
  return (
    <Notice
      tone="danger"
      role="alert"
      title="This part of the page could not be loaded"
      actions={
        <Button size="small" icon="refresh" busy={state === 'busy'} onClick={() => void retry()}>
          Try again
        </Button>
      }
    >
      {state === 'failed' ? 'Portside still can’t be reached.' : 'What you arranged is kept.'}
    </Notice>
  )
}

/**
 * True when the code or the looks of a part of the page could not be fetched; each browser, and
 * Vite for stylesheets, has its own words for that.
 */
export function isPartMissing(message: string): boolean {
  return /dynamically imported module|importing a module script failed|unable to preload css/i.test(message)
}
