import { lazy, Suspense, type ComponentProps, type JSX } from 'react'

const Loaded = lazy(() => import('./SignedOut.tsx'))

/** SignedOut, whose code is loaded when a session is gone: the proxy responds then. */
export function SignedOut(props: ComponentProps<typeof Loaded>): JSX.Element {
  return (
    <Suspense>
      <Loaded {...props} />
    </Suspense>
  )
}
