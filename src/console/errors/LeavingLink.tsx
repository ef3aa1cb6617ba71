import { useState, type ComponentProps, type JSX } from 'react'
import { isReachable } from '../proxy-client/reachable.ts'
import { ButtonLink } from '../ui/Button.tsx'

/**
 * A link to an address of the proxy's. While the proxy can't be reached it says so: the browser's
 * own page would take the place of the console.
 */
export function LeavingLink({ href, children, ...rest }: ComponentProps<typeof ButtonLink>): JSX.Element {
  const [failed, setFailed] = useState(false)
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
