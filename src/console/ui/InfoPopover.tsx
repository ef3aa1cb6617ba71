import { useEffect, useId, useRef, type JSX, type ReactNode } from 'react'
import { Icon } from './Icon.tsx'
import styles from './InfoPopover.module.css'

const WIDTH = 380
const EDGE = 8

/**
 * A small button that shows more words about the thing beside it: by mouse, keyboard and touch.
 * Esc, a click elsewhere or scrolling closes it. @param label the button's name: 'About
 * device_owner'
 */
export function InfoPopover({ label, children }: { label: string; children: ReactNode }): JSX.Element {
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const popover = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // It is placed beside its button: it must not stay when that moves away.
    const hide = (event: Event) => {
      if (event.target !== popover.current && popover.current?.matches(':popover-open'))
        popover.current.hidePopover()
    }
    const element = popover.current
    const follow = (event: Event) => {
      if ((event as ToggleEvent).newState === 'open')
        window.addEventListener('scroll', hide, { capture: true, passive: true })
      else window.removeEventListener('scroll', hide, { capture: true })
    }
    element?.addEventListener('toggle', follow)
    return () => {
      element?.removeEventListener('toggle', follow)
      window.removeEventListener('scroll', hide, { capture: true })
    }
  }, [])
  return (
    <>
      <button ref={button} type="button" className={styles.button} aria-label={label} popoverTarget={id}>
        <Icon name="info" size={14} />
      </button>
      <div
        ref={popover}
        id={id}
        popover="auto"
        className={styles.popover}
        onBeforeToggle={(event) => {
          if (event.newState === 'open' && button.current) placeBeside(event.currentTarget, button.current)
        }}
      >
        {children}
      </div>
    </>
  )
}

/** Below the button, or above where there is more room; never past the sides. */
function placeBeside(popover: HTMLElement, button: HTMLElement): void {
  const { left, top, bottom } = button.getBoundingClientRect()
  const below = bottom < window.innerHeight * 0.55
  const width = Math.min(WIDTH, window.innerWidth - 2 * EDGE)
  popover.style.left = `${Math.max(EDGE, Math.min(left, window.innerWidth - width - EDGE))}px`
  popover.style.top = below ? `${bottom + 4}px` : 'auto'
  popover.style.bottom = below ? 'auto' : `${window.innerHeight - top + 4}px`
}
