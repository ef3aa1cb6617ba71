import { useRouter } from '@tanstack/react-router'
import { useEffect, type JSX } from 'react'
import type { Session } from '../../vpc/portside-api.ts'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import styles from './HeaderEnd.module.css'

/**
 * What of the header stays beside the menu on a phone: that this is the emulator, and the button
 * that opens the menu. Another page closes it.
 */
export function MenuButton({ session }: { session: Session | undefined }): JSX.Element {
  const router = useRouter()
  useEffect(
    () =>
      router.subscribe('onBeforeNavigate', ({ pathChanged }) => {
        if (pathChanged) document.querySelector<HTMLElement>('#menu:popover-open')?.hidePopover()
      }),
    [router],
  )
  return (
    <>
      {session?.emulator && (
        <Badge tone="accent" title="Nothing reaches the real platform.">
          <span>
            Emulator<span className={styles.practice}>: practice data</span>
          </span>
        </Badge>
      )}
      <span className={styles.open}>
        <Button popoverTarget="menu">Menu</Button>
      </span>
    </>
  )
}
