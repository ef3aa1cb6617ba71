import { useLayoutEffect, useId, useRef, type JSX, type ReactNode } from 'react'
import { IconButton } from './Button.tsx'
import styles from './Dialog.module.css'

type DialogProps = {
  open: boolean
  /** Asked to close, by Esc or by the button; the owner sets `open`. */
  onClose: () => void
  title: string
  children: ReactNode
  /** Buttons, the main one last. */
  footer?: ReactNode
  wide?: boolean
  /** What is asked is dangerous: shown at its head. */
  danger?: boolean
}

/**
 * A modal dialog: the browser's own, which keeps the focus inside and gives it back. A click beside
 * it does not close it: what is asked here needs a choice. The title has the focus at first, or
 * the element with `data-autofocus`.
 */
export function Dialog({
  open,
  onClose,
  title,
  children,
  footer,
  wide = false,
  danger = false,
}: DialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  const titleId = useId()
  useLayoutEffect(() => {
    const element = dialog.current
    if (!open || element === null) return
    element.showModal()
    const first = element.querySelector<HTMLElement>('[data-autofocus]') ?? heading.current
    first?.focus({ preventScroll: true })
    // Closed before it leaves the document too, or the focus is not given back.
    return () => element.close()
  }, [open])
  return (
    <dialog
      ref={dialog}
      className={wide ? `${styles.dialog} ${styles.wide}` : styles.dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      {open && (
        <>
          {/* No <header>: beside the page's main part it would be a banner. */}
          <div className={danger ? `${styles.header} ${styles.dangerous}` : styles.header}>
            <h2 id={titleId} ref={heading} tabIndex={-1}>
              {title}
            </h2>
            <IconButton icon="close" label="Close" onClick={onClose} />
          </div>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keys */}
          <div className={styles.body} tabIndex={0}>
            {children}
          </div>
          {footer !== undefined && <div className={styles.footer}>{footer}</div>}
        </>
      )}
    </dialog>
  )
}
