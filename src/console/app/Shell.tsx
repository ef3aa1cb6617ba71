import { useIsFetching, useQuery } from '@tanstack/react-query'
import { Link, Outlet, useLocation, useParams, useRouter } from '@tanstack/react-router'
import { Suspense, useEffect, type JSX, type ReactNode } from 'react'
import type { Session } from '../../vpc/portside-api.ts'
import { later } from '../errors/later.tsx'
import { firstView } from '../hooks/first-view.ts'
import { isSessionLost, isTooMany } from '../proxy-client/call-error.ts'
import { sessionQuery } from '../proxy-client/queries.ts'
import { Announcer } from '../ui/Announcer.tsx'
import styles from './Shell.module.css'
import { SignedOut } from './LazySignedOut.tsx'

const laterParts = () => firstView.then(() => import('./LaterInShell.tsx'))
// Where it can't be loaded, that is said once.
const nothing = () => null
const LaterInShell = later(() => laterParts().then((parts) => parts.LaterInShell))
const HalfDone = later(() => laterParts().then((parts) => parts.HalfDone), nothing)
const ProjectChooser = later(() => laterParts().then((parts) => parts.ProjectChooser), nothing)
const TooManyNotice = later(() => laterParts().then((parts) => parts.TooManyNotice), nothing)
const HeaderEnd = later(() => laterParts().then((parts) => parts.HeaderEnd), nothing)
const MenuButton = later(() => laterParts().then((parts) => parts.MenuButton), nothing)

/**
 * The frame around every page: header, landmarks, and the place where screen readers are informed
 * things.
 */
export function Shell(): JSX.Element {
  const session = useQuery(sessionQuery())
  const router = useRouter()
  const readAnew = async () => {
    const { isSuccess } = await session.refetch()
    if (isSuccess) await router.invalidate()
  }
  useFocusAfterNavigation()
  return (
    <Frame session={isSessionLost(session.error) ? undefined : session.data}>
      {isSessionLost(session.error) ? (
        <SignedOut error={session.error} onRetry={() => void readAnew()} />
      ) : (
        <>
          <Outlet />
          <Suspense>
            <LaterInShell />
          </Suspense>
        </>
      )}
    </Frame>
  )
}

/** The frame with anything in it; without a session while nobody is signed in. */
export function Frame({
  session,
  children,
}: {
  session?: Session | undefined
  children: ReactNode
}): JSX.Element {
  return (
    <Announcer>
      <a className={styles.skip} href="#main">
        Skip to content
      </a>
      <header className={styles.header}>
        <Link to="/" className={styles.product}>
          <img src="/portside.svg" alt="" width={20} height={20} />
          Portside
        </Link>
        {/* On a phone, what the button beside it opens. */}
        <div id="menu" popover="">
          {session && (
            <div className={styles.project}>
              <Suspense>
                <ProjectChooser session={session} />
              </Suspense>
            </div>
          )}
          {session && <Navigation />}
          <div className={styles.end}>
            <Suspense>
              <HeaderEnd session={session} />
            </Suspense>
          </div>
        </div>
        <Suspense>
          <MenuButton session={session} />
        </Suspense>
      </header>
      <main id="main" className={styles.main} tabIndex={-1}>
        <TooMany />
        {session && (
          <Suspense>
            <HalfDone />
          </Suspense>
        )}
        {children}
      </main>
    </Announcer>
  )
}

const EXACT = { exact: true, includeSearch: false }

/** The ways to a project's pages; the link of a page is marked below it too. */
function Navigation(): JSX.Element | null {
  const { projectId } = useParams({ strict: false })
  // '/projects/P/ports/ID/history' belongs to History, '/projects/P/standing-orders' to Changes.
  const [, , , list, , below] = useLocation({ select: ({ pathname }) => pathname }).split('/')
  if (projectId === undefined) return null
  const mark = (name: string) => ({
    params: { projectId },
    activeOptions: EXACT,
    'aria-current': (below ?? (list === 'standing-orders' ? 'changes' : list)) === name || undefined,
  })
  return (
    <nav className={styles.nav} aria-label="Pages">
      <Link to="/projects/$projectId/ports" {...mark('ports')}>
        Ports
      </Link>
      <Link to="/projects/$projectId/changes" {...mark('changes')}>
        Changes
      </Link>
      <Link to="/projects/$projectId/history" {...mark('history')}>
        History
      </Link>
      <Link to="/projects/$projectId/about" {...mark('about')}>
        About this cloud
      </Link>
    </nav>
  )
}

/** Loads what is said while reads wait because this user has asked for too much. */
function TooMany(): JSX.Element | null {
  const waiting = useIsFetching({ predicate: ({ state }) => isTooMany(state.fetchFailureReason) })
  return waiting === 0 ? null : (
    <Suspense>
      <TooManyNotice />
    </Suspense>
  )
}

/** Puts the focus on the new page's title, so that keyboards and screen readers begin there. */
function useFocusAfterNavigation(): void {
  const router = useRouter()
  useEffect(
    () =>
      router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
        if (fromLocation === undefined || !pathChanged) return
        document.querySelector<HTMLElement>('main h1, main:not(:has(h1))')?.focus({ preventScroll: true })
      }),
    [router],
  )
}
