import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useParams, useRouter } from '@tanstack/react-router'
import { useEffect, type JSX, type ReactNode } from 'react'
import type { Session } from '../../vpc/portside-api.ts'
import { isSessionLost } from '../proxy-client/proxy-error.ts'
import { sessionQuery } from '../proxy-client/queries.ts'
import { Announcer } from '../ui/Announcer.tsx'
import { Badge } from '../ui/Badge.tsx'
import { SelectField } from '../ui/Field.tsx'
import styles from './Shell.module.css'
import { SignedOut } from './SignedOut.tsx'
import { asTheme, useTheme } from './theme.ts'

/** The frame around every page: header, landmarks, and the place where screen readers are told things. */
export function Shell(): JSX.Element {
  const session = useQuery(sessionQuery())
  const router = useRouter()
  const readAnew = async () => {
    const { isSuccess } = await session.refetch()
    if (isSuccess) await router.invalidate()
  }
  useFocusAfterNavigation()
  return (
    <Frame session={session.data}>
      {isSessionLost(session.error) ? <SignedOut onRetry={() => void readAnew()} /> : <Outlet />}
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
        {session && <HistoryLink />}
        {session?.emulator && (
          <span className={styles.badge}>
            <Badge tone="accent" title="Nothing here reaches a real cloud.">
              Embedded cloud: practice data
            </Badge>
          </span>
        )}
        <div className={styles.end}>
          {session && (
            <span className={styles.user}>
              {session.user}
              {session.role === 'viewer' && ' (viewer)'}
            </span>
          )}
          <ThemeChooser />
        </div>
      </header>
      <main id="main" className={styles.main} tabIndex={-1}>
        {children}
      </main>
    </Announcer>
  )
}

function HistoryLink(): JSX.Element | null {
  const { projectId } = useParams({ strict: false })
  if (projectId === undefined) return null
  return (
    <Link to="/projects/$projectId/history" params={{ projectId }}>
      History
    </Link>
  )
}

function ProjectChooser({ session }: { session: Session }): JSX.Element {
  const { projectId } = useParams({ strict: false })
  const navigate = useNavigate()
  const known = session.projects.some((project) => project.project_id === projectId)
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
        {session.projects.map((project) => (
          <option key={project.project_id} value={project.project_id}>
            {project.name} ({project.region})
          </option>
        ))}
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
