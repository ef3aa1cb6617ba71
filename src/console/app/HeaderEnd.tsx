import { useState, type JSX } from 'react'
import type { Session } from '../../vpc/portside-api.ts'
import { CallError } from '../proxy-client/call-error.ts'
import { signOut } from '../proxy-client/sign-out.ts'
import { Button } from '../ui/Button.tsx'
import { SelectField } from '../ui/Field.tsx'
import { CallsLeft } from './CallsLeft.tsx'
import styles from './HeaderEnd.module.css'
import { asTheme, useTheme } from './theme.ts'

/** The end of the header: calls that are left, who is signed in, signing out, light or dark. */
export function HeaderEnd({ session }: { session: Session | undefined }): JSX.Element {
  return (
    <>
      {session?.calls && <CallsLeft session={session} />}
      {session && (
        <span className={styles.user}>
          {session.user}
          {session.role === 'viewer' && ' (viewer)'}
        </span>
      )}
      {session && <SignOut />}
      <ThemeChooser />
    </>
  )
}

function SignOut(): JSX.Element {
  const [failed, setFailed] = useState<'not signed out' | 'unknown'>()
  const leave = () => {
    signOut().then(
      (next) => location.assign(next),
      (error: unknown) =>
        setFailed(error instanceof CallError && error.outcome === 'unknown' ? 'unknown' : 'not signed out'),
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
