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
}

/**
 * A modal dialog: the browser's own, which keeps the focus inside and gives it back. A click beside
 * it does not close it: what is asked here needs a choice. The element with `data-autofocus`
 * has the focus at first.
 */
export function Dialog({ open, onClose, title, children, footer, wide = false }: DialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useLayoutEffect(() => {
    const element = dialog.current
    if (!open || element === null) return
    element.showModal()
    element.querySelector<HTMLElement>('[data-autofocus]')?.focus()
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
          <header className={styles.header}>
            <h2 id={titleId}>{title}</h2>
            <IconButton icon="close" label="Close" onClick={onClose} />
          </header>
          <div className={styles.body}>{children}</div>
          {footer !== undefined && <footer className={styles.footer}>{footer}</footer>}
        </>
      )}
    </dialog>
  )
}
