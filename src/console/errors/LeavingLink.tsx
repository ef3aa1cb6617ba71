import { useState, type ComponentProps, type JSX } from 'react'
import { isReachable } from '../proxy-client/reachable.ts'
import { Button, ButtonLink } from '../ui/Button.tsx'

type LeavingLinkProps = ComponentProps<typeof ButtonLink> & {
  /** Why it leads nowhere now. It stays in its place, as a button that says so. */
  disabledReason?: string | undefined
}

/**
 * A link to an address of the proxy's. While the proxy can't be reached it says so: the browser's
 * own page would take the place of the console.
 */
export function LeavingLink({ href, disabledReason, children, ...rest }: LeavingLinkProps): JSX.Element {
  const [failed, setFailed] = useState(false)
  if (disabledReason !== undefined) return <Button disabledReason={disabledReason}>{children}</Button>
  return (
    <ButtonLink
      {...rest}
      href={href}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        void isReachable().then((is) => (is ? location.assign(href ?? '') : setFailed(true)))
      }}
    >
      {failed ? 'No response from Portside: try again' : children}
    </ButtonLink>
  )
}
