import { Suspense, type ComponentProps, type JSX } from 'react'
import { later } from '../errors/later.tsx'

const Loaded = later(() => import('./SignedOut.tsx').then((module) => module.SignedOut))

/** SignedOut, whose code is loaded when a session is gone: the proxy responds then. */
export function SignedOut(props: ComponentProps<typeof Loaded>): JSX.Element {
  return (
    <Suspense>
      <Loaded {...props} />
    </Suspense>
  )
}
