import { useIsFetching, useQuery } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useParams, useRouter } from '@tanstack/react-router'
import { Suspense, useEffect, useState, type JSX, type ReactNode } from 'react'
import type { Session } from '../../vpc/portside-api.ts'
import { later } from '../errors/later.tsx'
import { isSessionLost, isTooMany, ProxyError } from '../proxy-client/proxy-error.ts'
import { sessionQuery } from '../proxy-client/queries.ts'
import { signOut } from '../proxy-client/sign-out.ts'
import { Announcer } from '../ui/Announcer.tsx'
import { Badge } from '../ui/Badge.tsx'
import { Button } from '../ui/Button.tsx'
import { SelectField } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import styles from './Shell.module.css'
import { SignedOut } from './LazySignedOut.tsx'
import { asTheme, useTheme } from './theme.ts'

const LaterInShell = later(() => import('./LaterInShell.tsx').then((module) => module.LaterInShell))
const CallsLeft = later(
  () => import('./CallsLeft.tsx').then((module) => module.CallsLeft),
  () => null,
)

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
        {session && <ProjectChooser session={session} />}
        {session && <ProjectLinks />}
        {session?.emulator && (
          <span className={styles.badge}>
            <Badge tone="accent" title="No request reaches the real platform.">
              Emulator: practice data
            </Badge>
          </span>
        )}
        <div className={styles.end}>
          {session?.calls && (
            <Suspense>
              <CallsLeft session={session} />
            </Suspense>
          )}
          {session && (
            <span className={styles.user}>
              {session.user}
              {session.role === 'viewer' && ' (viewer)'}
            </span>
          )}
          {session && <SignOut />}
          <ThemeChooser />
        </div>
      </header>
      <main id="main" className={styles.main} tabIndex={-1}>
        <TooMany />
        {children}
      </main>
    </Announcer>
  )
}

function ProjectLinks(): JSX.Element | null {
  const { projectId } = useParams({ strict: false })
  if (projectId === undefined) return null
  return (
    <>
      <Link to="/projects/$projectId/history" params={{ projectId }}>
        History
      </Link>
      <Link to="/projects/$projectId/about" params={{ projectId }}>
        About this cloud
      </Link>
    </>
  )
}

function SignOut(): JSX.Element {
  const [failed, setFailed] = useState<'not signed out' | 'unknown'>()
  const leave = () => {
    signOut().then(
      (next) => location.assign(next),
      (error: unknown) =>
        setFailed(error instanceof ProxyError && error.outcome === 'unknown' ? 'unknown' : 'not signed out'),
    )
  }
  const words = {
    'not signed out': 'Not signed out: try again',
    unknown: 'Perhaps not signed out: try again',
  }
  return (
    <Button size="small" variant={failed ? 'danger' : 'ghost'} onClick={leave}>
      {failed ? words[failed] : 'Sign out'}
    </Button>
  )
}

/** Said while reads wait because this user has asked for too much. */
function TooMany(): JSX.Element | null {
  const waiting = useIsFetching({ predicate: ({ state }) => isTooMany(state.fetchFailureReason) })
  return waiting === 0 ? null : (
    <Notice tone="warn" role="alert" title="Too many requests at once">
      Portside limits the requests of a user. Reading goes on within a minute.
    </Notice>
  )
}

function ProjectChooser({ session }: { session: Session }): JSX.Element {
  const { projectId } = useParams({ strict: false })
  const navigate = useNavigate()
  const known = session.projects.some((project) => project.project_id === projectId)
  const regions = [...new Set(session.projects.map((project) => project.region))]
  const options = regions.map((region) => {
    const here = session.projects
      .filter((project) => project.region === region)
      .map((project) => (
        <option key={project.project_id} value={project.project_id}>
          {project.name} ({region})
        </option>
      ))
    return regions.length > 1 ? (
      <optgroup key={region} label={region}>
        {here}
      </optgroup>
    ) : (
      here
    )
  })
  return (
    <div className={styles.project}>
      <SelectField
        label="Project"
        hideLabel
        value={known ? projectId : ''}
        onChange={(event) =>
          void navigate({ to: '/projects/$projectId/ports', params: { projectId: event.target.value } })
        }
      >
        {!known && <option value="">Choose a project</option>}
        {options}
      </SelectField>
    </div>
  )
}

function ThemeChooser(): JSX.Element {
  const [theme, setTheme] = useTheme()
  return (
    <div className={styles.theme}>
      <SelectField
        label="Theme"
        hideLabel
        value={theme}
        onChange={(event) => setTheme(asTheme(event.target.value))}
      >
        <option value="system">System</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </SelectField>
    </div>
  )
}

/** Puts the focus on the new page's title, so that keyboards and screen readers begin there. */
function useFocusAfterNavigation(): void {
  const router = useRouter()
  useEffect(
    () =>
      router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
        if (fromLocation === undefined || !pathChanged) return
        const target = document.querySelector<HTMLElement>('main h1') ?? document.querySelector('main')
        target?.focus({ preventScroll: true })
      }),
    [router],
  )
}
