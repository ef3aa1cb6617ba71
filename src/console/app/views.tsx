import { useRouter, type ErrorComponentProps, type NotFoundRouteProps } from '@tanstack/react-router'
import { Suspense, type JSX } from 'react'
import { later } from '../errors/later.tsx'
import { isSessionLost } from '../proxy-client/call-error.ts'
import { ErrorPanel } from '../errors/ErrorPanel.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import { SignedOut } from './LazySignedOut.tsx'
import { Frame } from './Shell.tsx'

/** Shown while a page's code is on its way. */
export function PendingView(): JSX.Element {
  return <SkeletonRows label="Loading" />
}

/** Shown while who is signed in is being read: the frame says so when that has to wait. */
export function RootPendingView(): JSX.Element {
  return (
    <Frame>
      <PendingView />
    </Frame>
  )
}

/** Shown where a page failed; within the frame. */
export function ErrorView({ error, reset }: ErrorComponentProps): JSX.Element {
  const router = useRouter()
  const retry = () => {
    reset()
    void router.invalidate()
  }
  if (isSessionLost(error)) return <SignedOut error={error} onRetry={retry} />
  return (
    <>
      <title>Error · Portside</title>
      <h1 className="visually-hidden">Error</h1>
      <ErrorPanel error={error} title="This page could not be shown" onRetry={retry} />
    </>
  )
}

/** Shown where the frame itself failed: nobody is signed in, or there is no proxy. */
export function RootErrorView(props: ErrorComponentProps): JSX.Element {
  return (
    <Frame>
      <ErrorView {...props} />
    </Frame>
  )
}

const NotFound = later(() => import('./NotFound.tsx').then((module) => module.NotFound))

/** Shown for an address that leads nowhere. */
export function NotFoundView(props: NotFoundRouteProps): JSX.Element {
  return (
    <Suspense>
      <NotFound {...props} />
    </Suspense>
  )
}
